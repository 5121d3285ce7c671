"""What a rule finds in one tree, before it is known whether the tree had it before."""

import ast
from dataclasses import dataclass, field

from tddbot.judge.guard.module import Module


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that breaks a rule. It is the same as another of the same `what` in the same scope, wherever that stands.

    `what` is a spelling, or whatever tells two findings of one scope apart; `said` takes its place in the sentence.
    """

    code: str
    scope: str
    what: str
    line: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    said: str = field(default="", compare=False)


def found(module: Module, code: str, node: ast.AST, what: str, said: str = "") -> Finding:
    """Return a finding at a node of a module."""
    line = getattr(node, "lineno", 0)
    end = line if isinstance(node, ast.stmt) else getattr(node, "end_lineno", None) or line
    return Finding(code, module.scopes.get(node, ""), what, line, end, said or f"`{what}`")
