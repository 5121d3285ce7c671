"""Slips that programmers make, each one change at one place of a function, put into a source that is right.

Written without a look at the repairs of the offline generator, which is measured with them.
"""

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass

from tddbot.bench.slip_kinds import KINDS, Scope
from tddbot.bench.splices import SourceText
from tddbot.parsing import quietly


@dataclass(frozen=True, slots=True)
class Slip:
    """The bytes from `start` to `end` of a source become `text`; `kind` is one of those in `slip_kinds.KINDS`."""

    kind: str
    line: int
    start: int
    end: int
    text: str
    note: str

    def injected(self, source: str) -> str:
        """Return the source with the slip in it."""
        data = source.encode()
        return (data[: self.start] + self.text.encode() + data[self.end :]).decode()


def slips(source: str, function: str) -> list[Slip]:
    """Return every slip that can be made in the top-level function of this name and still compiles, in order."""
    text = SourceText(source.encode())
    found: dict[str, Slip] = {}
    for owner in ast.parse(source).body:
        if isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef) and owner.name == function:
            for slip in _slips(owner, text):
                found.setdefault(slip.injected(source), slip)
    compiling = (slip for after, slip in found.items() if after != source and _compiles(after))
    return sorted(compiling, key=lambda slip: (slip.start, slip.end, slip.text))


def in_random_order(found: list[Slip], seed: str) -> Iterator[Slip]:
    """Yield slips of all kinds in turn, each kind and each of its slips in an order that follows from the seed.

    A function has ten times as many constants as conditions; drawn evenly, constants would be all that is measured.
    """
    # Not for secrets: the same seed must give the same slips everywhere.
    dice = random.Random(seed)
    by_kind: dict[str, list[Slip]] = {}
    for slip in found:
        by_kind.setdefault(slip.kind, []).append(slip)
    for group in by_kind.values():
        dice.shuffle(group)
    kinds = sorted(by_kind)
    dice.shuffle(kinds)
    while kinds:
        for kind in kinds:
            yield by_kind[kind].pop()
        kinds = [kind for kind in kinds if by_kind[kind]]


def _slips(function: ast.FunctionDef | ast.AsyncFunctionDef, text: SourceText) -> Iterator[Slip]:
    scope = Scope.of(function)
    for node in _inside(function):
        for kind, makers in KINDS.items():
            for make in makers:
                for start, end, after in make(node, text, scope):
                    line = text.source.count(b"\n", 0, start) + 1
                    note = f"`{_short(text.source[start:end].decode())}` became `{_short(after)}`"
                    yield Slip(kind, line, start, end, after, note)


def _inside(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """The function and what is in it, without docstrings and annotations: to change these changes nothing.

    Before Python 3.12, what stands in an f-string has no positions.
    """
    waiting: list[ast.AST] = [function]
    while waiting:
        node = waiting.pop()
        yield node
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            parts = value if isinstance(value, list) else [value]
            waiting.extend(part for part in parts if isinstance(part, ast.AST) and not _is_text(part))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _compiles(source: str) -> bool:
    try:
        with quietly():
            compile(source, "<slip>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else f"{plain[:39]}…"
