"""Of what tests demand of one function, two demands that no implementation can satisfy together. Pure."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from tddbot.domain import NodeId
from tddbot.judge.contradictions.calls import Called
from tddbot.judge.contradictions.demands import excluding, is_settled
from tddbot.judge.contradictions.plain import Asked
from tddbot.judge.contradictions.state import sounds_changing, sounds_setting
from tddbot.lab import Example, Relation
from tddbot.proof import Contradiction, Demand
from tddbot.ties.values import read

IsFree = Callable[[str], bool | None]
"""Whether a function (dotted) answers the same each time, as its source says; None where there is no source yet."""

_FEW = 10


@dataclass(frozen=True, slots=True)
class Observed:
    """What a test demands, as its syntax has it and as it was recorded."""

    asked: Asked
    example: Example

    @property
    def call(self) -> Called:
        """The call."""
        return self.asked.call


def may_meet(asked: Sequence[Asked], is_wanted: Callable[[Asked], bool]) -> bool:
    """Whether two of these demands of one function could be of the same call, as far as their texts can tell.

    They are of different tests, or of different cases of one, and one of the two at least is wanted.
    """
    wanted = [each for each in asked if is_wanted(each)]
    return any(
        not one.call.form or not other.call.form or (one.test, one.path) != (other.test, other.path)
        for one in wanted
        for other in asked
        if not one.call.form or not other.call.form or given(one.call) == given(other.call)
    )


def given(call: Called) -> str:
    """Return a call without the name of the function, of which there may be several."""
    return call.form.partition("(")[2]


def observed(asked: Iterable[Asked], examples: Iterable[Example]) -> tuple[Observed, ...]:
    """Put together what belongs together; what cannot be told apart is doubtful, or left out."""
    by_line: dict[tuple[str, str, int], list[Asked]] = {}
    for each in asked:
        for line in each.lines:
            by_line.setdefault((each.path, each.test, line), []).append(each)
    found = []
    for example in examples:
        path, _, test = example.node_id.partition("[")[0].partition("::")
        if one := _one(by_line.get((path, test, example.line), [])):
            found.append(Observed(one, example))
    return tuple(found)


def _one(asked: Sequence[Asked]) -> Asked | None:
    """Return the demand of a line, or of all its calls of the function together."""
    if not asked or len({each.call.receiver for each in asked}) > 1:
        return None
    last = asked[-1]
    if len(asked) == 1:
        return last
    is_doubtful = any(each.call.doubtful for each in asked)
    loose = any(each.loose for each in asked)
    return replace(last, call=replace(last.call, doubtful=is_doubtful), loose=loose)


def clashes(
    found: Sequence[Observed], wanted: Collection[NodeId], is_free: IsFree, deeper: bool = False
) -> Iterator[Contradiction]:
    """Yield contradictions between two tests, one of which at least is among `wanted`.

    What a name suggests is left out of account where one looks `deeper`, since somebody else has come to it, too.
    """
    calls: dict[tuple[object, ...], list[Observed]] = {}
    for each in found:
        if is_settled(each.example, mutable=not each.call.doubtful) and each.call.receiver != "":
            key = (each.example.arguments, each.example.keywords, each.call.receiver)
            calls.setdefault(key, []).append(each)
    for same in calls.values():
        for one, other in combinations(_certain(same), 2):
            nodes = {one.example.node_id, other.example.node_id}
            if not deeper and _is_count(same) and is_free(one.call.function) is not True:
                continue
            if len(nodes) == 2 and not nodes.isdisjoint(wanted) and (why := _why(one, other, is_free, deeper)):
                first, second = sorted((_demand(one), _demand(other)), key=lambda each: (each.path, each.line))
                yield Contradiction(first, second, f"`{_shown(one)}` {why}")


def _certain(same: Sequence[Observed]) -> list[Observed]:
    """Leave out tests that want one call to answer differently from one time to the next."""
    fickle = {
        one.example.node_id
        for one, other in combinations(same, 2)
        if one.example.node_id == other.example.node_id and excluding(one.example, other.example)
    }
    return [each for each in same if each.example.node_id not in fickle]


def _why(one: Observed, other: Observed, is_free: IsFree, deeper: bool) -> str | None:
    """Say how two demands of the same call exclude each other, or None where they may not."""
    why = excluding(one.example, other.example)
    if why is None or not all(map(_is_exact, (one, other))) or not _is_known_exception(one, other):
        return None
    function, is_method = one.call.function, one.call.receiver is not None
    if is_free(function) is False:
        return None
    if not deeper and (sounds_changing(function, is_method) or (not _has_input(one) and _may_count(one, other))):
        return None
    return (
        why
        if _begin_alike(one.call, other.call) or all(_begins_clean(each, is_free, deeper) for each in (one, other))
        else None
    )


def _is_count(same: Sequence[Observed]) -> bool:
    """Whether the answers that are wanted of one call go up one by one from the beginning."""
    values = [read(each.example.expected) for each in same if each.example.relation is Relation.EQUAL]
    numbers = sorted({value for value in values if type(value) is int})
    is_all = len(values) == len(same) and all(type(value) is int for value in values)
    return is_all and numbers[:1] in ([0], [1]) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _is_exact(each: Observed) -> bool:
    return not (each.example.relation is Relation.NEARLY and each.asked.loose)


def _is_known_exception(one: Observed, other: Observed) -> bool:
    """Whether exceptions, where there are two, are Python's own."""
    both = all(each.example.relation is Relation.RAISES for each in (one, other))
    return not both or all(each.asked.raised == each.example.expected for each in (one, other))


def _has_input(each: Observed) -> bool:
    """Whether the call, or what makes its object, is given anything."""
    is_made_of = re.search(r"\([^)]", each.call.receiver or "")
    return bool(each.example.arguments or each.example.keywords or is_made_of)


def _may_count(one: Observed, other: Observed) -> bool:
    """Whether what is demanded of a call without input could be one answer after the other."""
    if one.asked.test == other.asked.test and one.asked.path == other.asked.path:
        return True
    if not all(each.example.relation in (Relation.EQUAL, Relation.NEARLY) for each in (one, other)):
        return True
    first, second = read(one.example.expected), read(other.example.expected)
    match first, second:
        case (int() | float(), int() | float()):
            return isinstance(first, bool) or isinstance(second, bool) or abs(first - second) <= _FEW
        case str(), str():
            return _without_digits(first) == _without_digits(second) and first.count(".") == second.count(".") == 0
        case (list(), list()) | (tuple(), tuple()) | (dict(), dict()) | (set(), set()):
            return True
    return first is None or second is None


def _without_digits(text: str) -> str:
    return "".join(char for char in text if not char.isdigit())


def _begin_alike(one: Called, other: Called) -> bool:
    """Whether both tests have done the same before, and nothing that lasts beyond a test for all that is known."""
    if one.history is None or one.history != other.history:
        return False
    return not any(each.is_dropped and each.receiver is None for each in one.begun)


def _begins_clean(each: Observed, is_free: IsFree, deeper: bool) -> bool:
    """Whether nothing that was called before the call can have a part in its answer."""
    return all(_is_apart(earlier, each, is_free, deeper) for earlier in each.call.begun)


def _is_apart(earlier: Called, each: Observed, is_free: IsFree, deeper: bool) -> bool:
    call = each.call
    if call.receiver is not None and (earlier.receiver is not None or call.function.startswith(f"{earlier.function}.")):
        return True  # what the object was made and used by is in the receiver, and was compared
    if earlier.is_dropped or is_free(earlier.function) is False:
        return False
    if earlier.function == call.function:
        return not earlier.form or earlier.form != call.form
    if deeper:
        return True
    texts = (*each.example.arguments, *(text for _, text in each.example.keywords))
    is_related = not texts or not earlier.form or any(text in earlier.form for text in texts)
    return not is_related and not sounds_setting(earlier.function)


def _demand(each: Observed) -> Demand:
    """Return the line, and what it comes to where that does not stand there."""
    asked, example = each.asked, each.example
    text = asked.text
    if "[" in example.node_id or not asked.call.form:
        text = f"{text}  # {_shown(each)} {_relation(example)}".rstrip()
    return Demand(example.node_id, asked.path, asked.line, text)


def _relation(example: Example) -> str:
    match example.relation:
        case Relation.TRUE | Relation.FALSE:
            return f"is {example.relation.value}"
        case Relation.NEARLY:
            return f"== approx({example.expected})"
        case _:
            return f"{example.relation.value} {example.expected}"


def _shown(each: Observed) -> str:
    """The call with its arguments."""
    given = [*each.example.arguments, *(f"{name}={text}" for name, text in each.example.keywords)]
    names = each.call.function.split(".")
    if each.call.receiver:
        return f"{names[-2]}(…).{names[-1]}({', '.join(given)})"
    return f"{names[-1]}({', '.join(given)})"
