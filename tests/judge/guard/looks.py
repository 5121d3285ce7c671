"""What the guard says of one file, in codes."""

import ast

from tddbot.domain import Edit, Patch
from tddbot.judge.guard.cases import calls, cases
from tddbot.judge.guard.ground import Ground
from tddbot.judge.guard.guarding import guarded

_EMPTY = "x = 1\n"


def codes(after: str, before: str | None = _EMPTY, test: str = "", path: str = "s.py") -> set[str]:
    """The codes of objections and warnings for a file."""
    tree = ast.parse(test)
    ground = Ground(cases=cases(tree), calls=calls(tree))
    return {each.code for each in guarded(Patch((Edit(path, before, after),)), ground)}
