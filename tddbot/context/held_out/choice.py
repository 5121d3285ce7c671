"""Which of many cases are withheld: spread over all of them, the same ones each time, and none that is one of its kind.

What is withheld must follow from what is shown: the first case stays, and so does whatever has a value that no other
case is like. Pure.
"""

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

from tddbot.context.held_out.groups import FEWEST, Case

SHOWN = 6
"""The fewest cases that stay shown."""

_MOST_PARTS = 20
Likeness = tuple[str, ...]


def how_many(cases: int, share: float, reds: int | None = None) -> int:
    """Return how many may be withheld; of `reds`, where others are green, at least half are shown."""
    if cases < FEWEST:
        return 0
    most = min(int(cases * share + 1e-9), cases - SHOWN)
    return max(0, most if reds in (None, cases) else min(most, (reds or 0) // 2))


def chosen(cases: Sequence[Case], open_: Collection[int], most: int) -> tuple[int, ...]:
    """Return the numbers of at most so many of the cases that are `open_` to it."""
    text = "\n".join(ast.dump(value) for case in cases for value in case.values)
    for kinds in (_strict(cases), _loose(cases, by_letters=True), _loose(cases, by_letters=False)):
        if found := _spread(kinds, sorted(open_), most, lambda number: (_novelty(number, cases), _lot(text, number))):
            return found
    return ()


def _spread(
    kinds: Sequence[Likeness], open_: Sequence[int], most: int, rank: Callable[[int], tuple[int, str]]
) -> tuple[int, ...]:
    """Return one number of each stretch, as long as another one of its kind is left, then of what remains."""
    found: set[int] = set()
    left = Counter(kinds)
    bounds = [len(open_) * part // most for part in range(most + 1)] if most else [0]
    stretches = [open_[start:end] for start, end in pairwise(bounds)]
    for stretch in (*stretches, *([open_] * most)):
        if len(found) == most:
            break
        for number in sorted(set(stretch) - found, key=rank):
            if number and left[kinds[number]] > 1:
                found.add(number)
                left[kinds[number]] -= 1
                break
    return tuple(sorted(found))


def _lot(text: str, number: int) -> str:
    return hashlib.blake2b(f"{number}\0{text}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _loose(cases: Sequence[Case], by_letters: bool) -> list[Likeness]:
    return [tuple(_like(value, by_letters) for value in case.values) for case in cases]


def _strict(cases: Sequence[Case]) -> list[Likeness]:
    """As the loose one, and the value itself counts in columns in which most values come again."""
    columns: list[list[str]] = []
    for column in zip(*(case.values for case in cases), strict=False):
        dumped = [ast.dump(value) for value in column]
        counts = Counter(dumped)
        again = sum(counts[each] > 1 for each in dumped) * 2 >= len(dumped)
        is_named = not any(_is_number(value) for value in column)
        columns.append(dumped if again and is_named else [_like(value, by_letters=True) for value in column])
    widest = max((len(case.values) for case in cases), default=0)
    if any(len(case.values) != widest for case in cases):
        return _loose(cases, by_letters=True)
    return list(zip(*columns, strict=True))


def _is_number(node: ast.expr) -> bool:
    value = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(value, ast.Constant) and type(value.value) in (int, float, complex)


def _like(node: ast.expr, by_letters: bool) -> str:
    try:
        return _likeness(ast.literal_eval(node), by_letters)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node)


def _likeness(value: object, by_letters: bool) -> str:
    match value:
        case None | bool():
            return repr(value)
        case int() | float():
            sign = "nan" if value != value else (value > 0) - (value < 0)
            return f"{type(value).__name__} {sign}"
        case str() | bytes():
            text = value if isinstance(value, str) else value.decode("latin-1")
            letters = "".join(sorted(set(map(_letter, text)))) if by_letters else bool(text)
            return f"{type(value).__name__} {letters}"
        case dict():
            inner = f"{_of(list(value.keys()), by_letters)} {_of(list(value.values()), by_letters)}"
            return f"dict {_many(len(value))} {inner}"
        case list() | tuple() | set():
            return f"{type(value).__name__} {_many(len(value))} {_of(list(value), by_letters)}"
    return type(value).__name__


def _of(values: Sequence[object], by_letters: bool) -> str:
    return " ".join(sorted({_likeness(value, by_letters) for value in values[:_MOST_PARTS]}))


def _many(count: int) -> str:
    return str(min(count, 2))


def _letter(character: str) -> str:
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return "0" if character.isdigit() else character


def _novelty(number: int, cases: Sequence[Case]) -> int:
    """How much of a case's text, in quarters, is in no other one: what it says may be a fact of its own."""
    others = "\n".join(_said(case.values) for place, case in enumerate(cases) if place != number)
    *inputs, last = (_said([value]) for value in cases[number].values) if cases[number].values else ("",)
    pairs = {last[at : at + 2].lower() for at in range(len(last) - 1)}
    known = f"{others}\n{' '.join(inputs)}".lower()
    return 4 * sum(pair not in known for pair in pairs) // len(pairs) if pairs else 0


def _said(values: Sequence[ast.expr]) -> str:
    texts = (node.value for value in values for node in ast.walk(value) if isinstance(node, ast.Constant))
    return " ".join(re.sub(r"[\d\s]+", " ", text) for text in texts if isinstance(text, str))
