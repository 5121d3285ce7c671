"""Values of given shapes, drawn by Hypothesis: in this process, of values and source texts alone. Its only home.

They are drawn through `fuzz_one_input`, which makes an example of each of some bytes: the same for the same bytes, with
no database, no health checks, and none of the constants that Hypothesis otherwise gathers from loaded modules.
"""

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tddbot.ties.mutations import Hints
from tddbot.ties.shapes import Shape
from tddbot.ties.values import Opaque, Value, written

Strategy = Any
"""One of Hypothesis'."""

_BYTES = 1024  # of chance for one example; what needs more is left out
_LETTERS = "abzABZ019 _-.,!é"
_SMALL, _LARGE = 12, 200
_MOST_ITEMS, _LONGEST_TEXT = 4, 6


@dataclass(frozen=True, slots=True)
class Near:
    """What values are drawn near to: the numbers, texts and letters that tests and code have."""

    numbers: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    letters: str = ""


def near(values: Sequence[Value], hints: Hints) -> Near:
    """Return what is near to recorded values, and to what the code itself names."""
    numbers: dict[int, None] = {}
    texts: dict[str, None] = {}
    waiting: list[Value] = [*values, *hints.numbers, *hints.texts]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**6:
            numbers |= dict.fromkeys((value, value + 1, value - 1))
        elif isinstance(value, str):
            texts[value] = None
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += value
        elif isinstance(value, dict):
            waiting += (*value, *value.values())
    letters = "".join(sorted(set("".join(texts))))
    return Near(tuple(numbers)[:30], tuple(text for text in texts if len(text) <= 40)[:20], letters[:60])


def drawn(rows: Sequence[Shape], close: Near, count: int) -> list[tuple[Value, ...]]:
    """Return at most so many different rows of values, one of each shape; always the same ones."""
    from hypothesis import given, settings, strategies  # noqa: PLC0415

    found: dict[str, tuple[Value, ...]] = {}

    def take(row: tuple[Value, ...]) -> None:
        found.setdefault(written(row), row)

    making = _Making(close, strategies)
    taking = settings(database=None, deadline=None)(given(strategies.tuples(*map(making.values, rows)))(take))
    example: Any = taking.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    dice = random.Random(zlib.crc32(repr(rows).encode("utf-8", "replace")))
    for _ in range(count):
        example(dice.randbytes(_BYTES))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Making:
    """Strategies by the names of shapes; `st` is Hypothesis' module of them."""

    near: Near
    st: Any

    def values(self, shape: Shape) -> Strategy:
        st = self.st
        parts = list(map(self.values, shape.parts))
        match shape.kind:
            case "given":
                return st.sampled_from(shape.values) if shape.values else st.nothing()
            case "one":
                return st.one_of(parts)
            case "made":
                return st.tuples(*parts).map(lambda row: Opaque(f"{shape.name}({', '.join(map(written, row))})"))
            case "tuple":
                return st.tuples(*parts)
            case "list":
                return st.lists(parts[0], max_size=_MOST_ITEMS)
            case "row":
                return st.lists(parts[0], max_size=_MOST_ITEMS).map(tuple)
            case "set" | "frozenset":
                make = set if shape.kind == "set" else frozenset
                return st.lists(parts[0], max_size=_MOST_ITEMS).map(make)
            case "dict":
                return st.lists(st.tuples(*parts), max_size=_MOST_ITEMS).map(dict)
        return self._plain()[shape.kind]

    def _plain(self) -> Mapping[str, Strategy]:
        st = self.st
        ints = st.one_of(
            st.integers(-2, 3),
            st.integers(-_SMALL, _SMALL),
            st.sampled_from(self.near.numbers or (0,)),
            st.integers(-_LARGE, _LARGE),
        )
        letters = st.sampled_from(list(dict.fromkeys(_LETTERS + self.near.letters)))
        spelled = st.lists(letters, max_size=_LONGEST_TEXT).map("".join)
        texts = st.one_of(spelled, st.sampled_from(self.near.texts), spelled) if self.near.texts else spelled
        return {
            "int": ints,
            "bool": st.booleans(),
            "float": st.one_of(ints.map(float), ints.map(lambda number: number / 4)),
            "complex": st.builds(complex, ints, ints),
            "str": texts,
            "bytes": spelled.map(lambda text: text.encode()),
        }
