"""On which inputs proven patches part, with a laboratory in this process."""

import sys
import types
from collections.abc import Sequence

import pytest

from tddbot.domain import Patch
from tddbot.lab import Answer
from tddbot.stop import Stop
from tddbot.ties.parting import Parting, parted
from tddbot.ties.questions import asked
from tests.fakes import NoLab
from tests.generator.offline.asked import IMPORTS, InProcessLab, cleaned, inquiry, passers

RED = "def f(n):\n    return n\n"


def f(body: str, annotation: str = "") -> str:
    return f"def f(n{annotation}):\n    {body}\n"


def heard(before: str, afters: Sequence[str], *calls: str, test: str = IMPORTS) -> Parting:
    return parted(passers(before, *afters), inquiry(before, InProcessLab(before, calls), test).hearing)


def call(before: str, afters: Sequence[str], *calls: str, test: str = IMPORTS) -> str | None:
    """The call that parts patches, as the test file writes it."""
    parting = heard(before, afters, *calls, test=test)
    split = parting.smallest_split()
    return asked(split, parting.passers, test)[0] if split else None


def groups(before: str, afters: Sequence[str], *calls: str) -> list[list[int]]:
    return [[afters.index(each.note) for each in group] for group in heard(before, afters, *calls).groups()]


def test_the_smallest_input_like_the_recorded_ones_parts_them() -> None:
    assert call(RED, [f("return n * 2"), f("return n + 3")], "f(3)") == "f(1)"


def test_those_that_answer_alike_are_a_group() -> None:
    afters = [f("return n + n"), f("return n + 3"), f("return 2 * n"), f("return n - 1 + 4")]
    assert groups(RED, afters, "f(3)") == [[0, 2], [1, 3]]


def test_an_annotation_allows_what_no_call_has() -> None:
    afters = [f("return abs(n)", ": int"), f("return n", ": int")]
    assert call(RED, afters, "f(3)", "f(8)", "f(12)") == "f(-1)"
    assert call(RED, [f("return abs(n)"), f("return n")], "f(3)", "f(8)", "f(12)") is None


def test_few_calls_show_no_habit() -> None:
    afters = [f("return n.capitalize()"), f("return n.title()")]
    found = call(RED, afters, "f('word')")
    assert found is not None
    assert len(found) == len("f(' a')")


def test_what_all_texts_are_laid_out_like_says_more_than_that_they_are_texts() -> None:
    afters = [f("return int(n[:4])", ": str"), f("return int(n.split('-')[0])", ": str")]
    assert call(RED, afters, "f('2020-01-31')", "f('1999-12-01')") is None


def test_calls_are_read_off_the_test_where_their_arguments_cannot_be_recorded() -> None:
    head = "class P:\n    def __init__(self, x):\n        self.x = x\n\n"
    test = "from calc import P, f\n\ndef test_it():\n    assert f(P(3)) == 6\n"
    assert call(head + RED, [head + f("return n.x * 2"), head + f("return n.x + 3")], test=test) == "f(P(1))"


def test_what_a_returned_object_keeps_for_itself_is_no_difference() -> None:
    text = "class P:\n    def __init__(self, x):\n        self.x, self._y = x, {}\n\ndef f(n):\n    return P({})\n"
    assert call(RED, [text.format("x", "n"), text.format("[x]", "n")], "f(3)") is None
    assert call(RED, [text.format("x", "n * 2"), text.format("[x]", "n + 3")], "f(3)") == "vars(f(1))"


def test_what_the_annotation_keeps_out_says_nothing() -> None:
    afters = [f("return n * 2", ": int"), f("return n + n if n is not None else 0", ": int")]
    assert call(RED, afters, "f(3)", "f(8)") is None


def test_without_any_call_that_can_be_written_the_annotations_are_enough() -> None:
    afters = [f("return n > 10", ": int"), f("return n >= 10", ": int")]
    assert call(RED, afters) == "f(10)"
    assert call(RED, [f("return n > 10"), f("return n >= 10")]) is None


def test_few_calls_of_numbers_are_no_habit_either() -> None:
    afters = [f("return abs(n)"), f("return n")]
    assert call(RED, afters, "f(3)", "f(8)") == "f(-1)"


def test_a_member_of_an_enumeration_that_no_test_gives() -> None:
    head = "import enum\nclass K(enum.Enum):\n    A = 1\n    B = 2\n    C = 3\n\n"
    afters = [head + f("return n is K.A", ": K"), head + f("return n is not K.B", ": K")]
    assert call(head + RED, afters, "f(K.A)", "f(K.B)", test="from calc import K, f\n") == "f(K.C)"


def test_a_failure_at_the_edge_counts_where_others_answer() -> None:
    afters = [f("return sum(n) / len(n)"), f("return sum(n) / len(n) if n else 0")]
    assert call(RED, afters, "f([1, 2])", "f([3])", "f([4, 4, 1])") == "f([])"


def test_where_all_fail_it_does_not_matter_how() -> None:
    afters = [f("return n[0]"), f("return next(iter(n))")]
    assert call(RED, afters, "f([1, 2])", "f([3])", "f([4, 4, 1])") is None


def test_what_two_exceptions_of_a_type_say_is_the_same() -> None:
    text = "if n < 0: raise ValueError({})\n    return n"
    assert call(RED, [f(text.format("'no'")), f(text.format("n"))], "f(3)", "f(-1)") is None


def test_two_exceptions_that_the_code_raises_itself_are_two_answers() -> None:
    text = "if n < 0: raise {}(n)\n    return n"
    assert call(RED, [f(text.format("ValueError")), f(text.format("KeyError"))], "f(3)", "f(8)", "f(0)") is None
    annotated = [f(text.format(name), ": int") for name in ("ValueError", "KeyError")]
    assert call(RED, annotated, "f(3)", "f(8)", "f(0)") == "f(-1)"


def test_who_runs_out_of_stack_is_not_asked_about() -> None:
    afters = [f("return n if n < 1 else 1 + f(n - 1)"), f("return n")]
    parting = heard(RED, afters, "f(700)", "f(3)")
    assert parting.smallest_split() is None
    assert len(parting.groups()) == 1


def test_who_fails_on_ordinary_inputs_is_known_and_asked_about() -> None:
    afters = [f("return {3: 9, 5: 25}[n]"), f("return n * n")]
    parting = heard(RED, afters, "f(3)", "f(5)")
    assert parting.faulty == {parting.passers[0].patch.id}
    split = parting.smallest_split()
    assert split is not None
    assert split.call == "f(1)"


@pytest.mark.parametrize(
    "afters",
    [
        [f("return {'a': n, 'b': 1}"), f("return {'b': 1, 'a': n}")],
        [f("return n * 0.1 * 3"), f("return n * 0.3")],
        [f("return {n, 1}"), f("return {1, n}")],
        [f("return n * 2.0"), f("return n + n")],
    ],
)
def test_orders_roundings_and_kinds_of_number_are_no_difference(afters: list[str]) -> None:
    assert call(RED, afters, "f(3)", "f(8)", "f(2)") is None


def test_the_same_call_that_comes_to_this_and_that_says_nothing() -> None:
    afters = [f("import random; return random.random() + n"), f("return n + 0.5")]
    assert call(RED, afters, "f(3)") is None


STACK = """class Stack:
    def __init__(self):
        self.{0} = []

    def push(self, x):
        self.{0}.append(x)

"""
TOLD = "from calc import Stack\n\ndef test_it():\n    s = Stack()\n    s.push(1)\n    assert s.top() == 1\n"


def stack(top: str, kept: str = "kept") -> str:
    return STACK.format(kept) + f"    def top(self):\n        return self.{kept}{top}\n"


def test_objects_are_asked_by_what_the_tests_do_with_them() -> None:
    afters = [stack("[-1]"), stack("[0]")]
    parting = heard(STACK.format("kept"), afters, test=TOLD)
    split = parting.smallest_split()
    assert split is not None
    shown, options = asked(split, parting.passers, TOLD, whole=True)
    assert shown.startswith("it = Stack(); it.push(")
    for option, after in zip(options, afters, strict=True):
        held = [other for other in afters if holds(option.test, other)]
        assert held == [after]


def test_what_an_object_keeps_for_itself_is_no_difference() -> None:
    assert call(STACK.format("a"), [stack("[-1]", "a"), stack("[-1]", "b")], test=TOLD) is None


def test_a_scene_that_raises_is_a_test_as_a_whole() -> None:
    strict = STACK.format("kept").replace("        self", "        if x > 1: raise ValueError(x)\n        self")
    strict = strict.replace("        if x > 1: raise ValueError(x)\n        self", "        self", 1)
    afters = [stack("[-1]"), strict + "    def top(self):\n        return self.kept[-1]\n"]
    parting = heard(STACK.format("kept"), afters, test=TOLD)
    split = parting.smallest_split()
    assert split is not None
    _, options = asked(split, parting.passers, TOLD, whole=True)
    assert "    with pytest.raises(ValueError):\n        it = Stack()\n        it.push(" in options[1].test
    assert [[holds(each.test, after) for after in afters] for each in options] == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("head", "raised", "line"),
    [
        ("class OddError(Exception): pass\n\n", "OddError", "    with pytest.raises(OddError):"),
        ("import json\n\n", "json.JSONDecodeError('x', 'y', 0)", "    assert caught.typename == 'JSONDecodeError'"),
    ],
)
def test_an_exception_that_the_test_file_does_not_know_is_named_all_the_same(head: str, raised: str, line: str) -> None:
    body = "if n % 2: raise {}\n    return n"
    afters = [head + f("return n", ": int"), head + f(body.format(raised), ": int")]
    lab = InProcessLab(head + RED, ("f(2)", "f(4)", "f(6)"))
    parting = parted(passers(head + RED, *afters), inquiry(head + RED, lab, "from calc import f\n").hearing)
    split = parting.smallest_split()
    assert split is not None
    _, options = asked(split, parting.passers, "from calc import f\n", whole=True)
    assert line in options[1].test.splitlines()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "calc", module := types.ModuleType("calc"))
        exec(afters[1], module.__dict__)
        assert [holds(each.test, "from calc import f") for each in options] == [False, True]


def holds(test: str, text: str) -> bool:
    """Whether a test passes where its names are those of a module with this text."""
    space: dict[str, object] = {}
    exec(text, space)
    name = test.partition("(")[0].removeprefix("def ")
    exec(test, space)
    try:
        space[name]()  # type: ignore[operator]
    except (AssertionError, Exception, pytest.fail.Exception):
        return False
    return True


def test_no_input_is_made_from_a_secret() -> None:
    lab = InProcessLab(RED, ("f('key-1234')", "f('word')"))
    found = cleaned(inquiry(RED, lab), "key-1234")
    parted(passers(RED, f("return n[:9]"), f("return n[:6] + '9'")), found.hearing)
    assert lab.asked
    assert not [text for text in lab.asked if "key" in text or "1234" in text]


def test_without_a_laboratory_or_once_stopped_nothing_parts_them() -> None:
    both = passers(RED, f("return n * 2"), f("return n + 3"))
    assert parted(both, inquiry(RED, None).hearing).smallest_split() is None
    assert parted(both, inquiry(RED, NoLab()).hearing).smallest_split() is None
    of = inquiry(RED, InProcessLab(RED, ("f(3)",)))
    of.stop.set()
    assert parted(both, of.hearing).smallest_split() is None


class HungLab(InProcessLab):
    """Never comes back from a negative number."""

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        return () if any("-" in each for each in expressions) else super().ask(path, expressions, patches, stop)


def test_what_was_answered_before_one_hangs_is_not_lost() -> None:
    afters = [f("return n * 2", ": int"), f("return n + 3", ": int")]
    lab = HungLab(RED, ("f(3)",))
    split = parted(passers(RED, *afters), inquiry(RED, lab).hearing).smallest_split()
    assert split is not None
    assert split.call == "f(1)"


def test_a_large_input_is_made_smaller_step_by_step() -> None:
    words = "f(['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'])"
    afters = [f("return sorted(n)"), f("return sorted(n, key=str.lower)")]
    found = call(RED, [each.replace("(n)", "(n: list[str])", 1) for each in afters], words, "f(['one'])")
    assert found is not None
    assert len(found) <= len("f(['B', 'a'])")


def test_a_value_that_stands_in_two_places_is_made_smaller_in_both() -> None:
    text = "def f(n: list[int], m: list[int]):\n    return {}\n"
    afters = [text.format("sorted(n + m)"), text.format("sorted({*n, *m})")]
    assert call(RED, afters, "f([41, 47], [56])", "f([90], [])", "f([77], [55])") == "f([1], [1])"
