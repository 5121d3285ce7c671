"""Goals and searches in one line; time is counted in steps, so that they end alike on any machine."""

import ast
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from tddbot.generator.offline.expressions.clock import Clock
from tddbot.generator.offline.expressions.goal import Goal
from tddbot.generator.offline.expressions.helpers import Desk
from tddbot.generator.offline.expressions.layer import Solved, solution
from tddbot.generator.offline.expressions.prior import constants
from tddbot.generator.offline.expressions.search import Harvest, Search
from tddbot.generator.offline.expressions.stubs import Stub
from tddbot.stop import Stop
from tests.generator.offline.asked import InProcessLab

STEPS = 40_000


def clock(steps: int = STEPS) -> Clock:
    """A clock that is looked at every 64 steps, and ticks when it is looked at."""
    return Clock(steps / 64, Stop(), count().__next__)


def goal(function: Callable[..., Any], *calls: tuple[Any, ...]) -> Goal:
    """What a function answers to these calls, under its own parameters' names."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    columns = tuple(list(column) for column in zip(*calls, strict=True))
    return Goal(names, columns, [function(*call) for call in calls])


def harvest(of: Goal, beside: Sequence[tuple[Any, ...]] = ()) -> Harvest:
    return Search(of, constants(of.texts()), beside, clock()).harvest()


def desk(module: str) -> Desk:
    """Where a module's functions are asked, in this process: for modules that the tests themselves write."""
    return Desk(InProcessLab(module), "calc.py", module)


def solved(of: Goal, module: str = "") -> Solved | str:
    """What comes of a goal, in a module whose own functions may be called."""
    return solution(Stub("f", of.names, (2, 4), (2, 8), False), of, clock(), desk(module))


def text(of: Goal, module: str = "") -> str:
    """The one expression that leaves for a goal."""
    found = solved(of, module)
    assert isinstance(found, Solved), found
    assert len(found.expressions) == 1, [each.text for each in found.expressions]
    ast.parse(found.expressions[0].text, mode="eval")
    return found.expressions[0].text
