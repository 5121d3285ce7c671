"""What may leave: an expression that the examples prove beyond that it happens to fit them."""

from collections.abc import Sequence

from tddbot.generator.offline.expressions.evidence import evidence
from tddbot.generator.offline.expressions.expression import Branch, Expression, Leaf
from tddbot.generator.offline.expressions.goal import Goal
from tddbot.generator.offline.expressions.kinds import FAULT, Column, weight
from tddbot.generator.offline.expressions.search import Harvest, splits

_LEAST_SHARE = 0.45
_MOST_UNSTABLE = 0.5
_FEWEST_ANSWERS = 2
_STRANGE = 0.02
_MORE = "needs more examples than these to be believed"


def refusal(passer: Expression, harvest: Harvest, goal: Goal, whole: Goal) -> str:
    """Say in a clause why an expression that satisfies all examples is not proven by them; "" where it is.

    `goal` has those that were searched with, `whole` all of them.
    """
    return _is_thin(passer, harvest, whole) or _is_unstable(passer, harvest, goal)


def misses_the_point(passer: Expression, goal: Goal) -> str:
    """Say in a clause why nobody would have meant an expression, however many examples it satisfies; "" where not."""
    return _is_constant(passer, goal) or _is_looked_up(passer, goal) or _leaves_out(passer, goal)


def _is_constant(passer: Expression, goal: Goal) -> str:
    """One answer to everything shows nothing of what the function depends on."""
    answers = {repr(wanted) for wanted in goal.wanted}
    return "always has the same answer" if not passer.uses or len(answers) < _FEWEST_ANSWERS else ""


def _is_looked_up(passer: Expression, goal: Goal) -> str:
    """A constant that is one test's whole answer is that answer learnt by heart, and says nothing of the next call.

    Small numbers and texts of a character are in every program, so they are no memory of a test.
    """
    for part in passer.walk():
        leaf = part.operation
        if isinstance(leaf, Leaf) and leaf.is_constant and _is_telling(leaf.value) and leaf.value in goal.wanted:
            return "holds a test's answer"
    return ""


def _is_telling(value: object) -> bool:
    return abs(value) > 2 if isinstance(value, int | float) else weight(value) > 2


def _leaves_out(passer: Expression, goal: Goal) -> str:
    """A programmer gives a function its parameters to use them; one that changes nothing is proven by two examples
    that differ in it alone and have the same answer."""
    rows = list(zip(*goal.inputs, strict=True))
    for at, name in enumerate(goal.names):
        if passer.uses >> at & 1:
            continue
        others = [repr((row[:at], row[at + 1 :])) for row in rows]
        if len(set(others)) == len(others):
            return f"does not use {name}"
    return ""


def _is_thin(passer: Expression, harvest: Harvest, goal: Goal) -> str:
    """An expression is believed when it takes no more to write than it explains (minimum description length).

    The standard library's prior is a stranger's to this program, and takes about twice what the programmer's own would.
    What was found beyond the bits up to which everything was looked at has rivals that nobody has seen: it has to
    explain as much as it takes. Truths carry a bit each; for them there is the number of cases, and that parts of them
    lead to the same; a branch's condition is a truth that has to be shown by as many cases as its bits ask for.
    """
    if goal.kind == "bool":
        return ""
    if isinstance(passer.operation, Branch) and goal.size < _LEAST_SHARE * passer.parts[1].bits:
        return f"has a condition that {_MORE}"
    share = _LEAST_SHARE if passer.bits <= harvest.reached else 1.0
    return _MORE if evidence(goal) < share * passer.bits else ""


def strangeness(answers: Column, goal: Goal) -> str:
    """Where no answer wanted is negative, and some to inputs like the examples' are, nobody has said that they may be.

    `answers` are an expression's to many such inputs. Say in a clause what is strange about them; "" for nothing.
    """
    if min((_least(wanted) for wanted in goal.wanted), default=0) < 0:
        return ""
    strange = sum(_least(value) < 0 for value in answers if value is not FAULT)
    return "has negative answers, of which there is no example" if strange > _STRANGE * len(answers) else ""


def _least(value: object) -> float:
    """Return the least number in a value; 0 where there is none."""
    if isinstance(value, list | tuple):
        return min(map(_least, value), default=0)
    return value if isinstance(value, int | float) else 0


def _is_unstable(passer: Expression, harvest: Harvest, goal: Goal) -> str:
    """What is true of all is found from half: another expression that half of the examples makes likelier, and that is
    wrong on the others, shows that so many examples do not decide here. A condition is a truth like any."""
    parts = splits(goal.size)
    unstable = [part for part in parts if harvest.rash.get(part, passer.bits) < passer.bits]
    is_truth = goal.kind == "bool" or isinstance(passer.operation, Branch)
    allowed = 0 if is_truth else _MOST_UNSTABLE * len(parts)
    return "is not what half of the examples lead to" if len(unstable) > allowed else ""


def rivals(passers: Sequence[Expression], size: int) -> list[Expression]:
    """Return the passers that answer a probe otherwise than the first, likeliest first; `size` examples come before."""
    best = passers[0]
    return [each for each in passers[1:] if not _agree(best, each, size)]


def _agree(one: Expression, other: Expression, size: int) -> bool:
    """Whether two expressions answer all probes alike; where one has none, the input is not what they are for."""
    pairs = zip(one.column[size:], other.column[size:], strict=True)
    return all(first == second or first is FAULT or second is FAULT for first, second in pairs)
