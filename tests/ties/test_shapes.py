import ast
import re
from itertools import pairwise

import pytest

from tddbot.ties.drawing import Near, drawn, near
from tddbot.ties.mutations import Hints
from tddbot.ties.shapes import Shape, annotated, like
from tddbot.ties.values import Opaque, Value, written

MODULE = ast.parse(
    """
import enum
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

Numbers = list[int]
Limit: type = int

class Colour(enum.Enum):
    RED = 1
    BLUE = 2
    _hidden = 3

@dataclass(frozen=True)
class Point:
    count: ClassVar[int] = 0
    x: int
    y: float
    name: str = ""

class Pair(NamedTuple):
    left: Point
    right: "Point"

@dataclass
class Odd:
    thing: object

class Plain:
    def __init__(self, x: int):
        self.x = x
"""
)
INT, STR, NONE = Shape("int"), Shape("str"), Shape("given", values=(None,))


def shape(annotation: str) -> Shape | None:
    return annotated(annotation, MODULE)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", INT),
        ("'int'", INT),
        ("None", NONE),
        ("list[int]", Shape("list", (INT,))),
        ("typing.Sequence[str]", Shape("list", (STR,))),
        ("tuple[int, ...]", Shape("row", (INT,))),
        ("tuple[int, str]", Shape("tuple", (INT, STR))),
        ("dict[str, list[int]]", Shape("dict", (STR, Shape("list", (INT,))))),
        ("set[int]", Shape("set", (INT,))),
        ("frozenset[str]", Shape("frozenset", (STR,))),
        ("int | None", Shape("one", (INT, NONE))),
        ("Optional[int]", Shape("one", (INT, NONE))),
        ("Union[int, str, int]", Shape("one", (INT, STR))),
        ("Annotated[int, 'positive']", INT),
        ("Literal['a', 3]", Shape("given", values=("a", 3))),
        ("Numbers", Shape("list", (INT,))),
        ("Colour", Shape("given", values=(Opaque("Colour.RED"), Opaque("Colour.BLUE")))),
        ("Point", Shape("made", (INT, Shape("float")), name="Point")),
    ],
)
def test_an_annotation_says_what_may_be_given(annotation: str, expected: Shape) -> None:
    assert shape(annotation) == expected


@pytest.mark.parametrize(
    "annotation",
    ["Any", "object", "list", "T", "Callable[[int], int]", "int | Any", "set[list[int]]", "dict[Point, int]", "(", "",
     "Odd", "Plain", "list[" * 9 + "int" + "]" * 9, "'" * 3],
)  # fmt: skip
def test_what_may_be_anything_or_is_unknown_has_no_shape(annotation: str) -> None:
    assert shape(annotation) is None


def test_an_alias_of_itself_comes_to_an_end() -> None:
    assert annotated("Loop", ast.parse("Loop = list['Loop']")) is None


def test_a_class_of_classes_is_made_of_them() -> None:
    found = shape("Pair")
    assert found is not None
    assert [part.name for part in found.parts] == ["Point", "Point"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], INT),
        ([1, None], Shape("one", (INT, NONE))),
        ([[1], []], Shape("list", (INT,))),
        ([(1, "a"), (2, "b")], Shape("tuple", (INT, STR))),
        ([(1,), (2, 3)], Shape("row", (INT,))),
        ([{"a": 1}], Shape("dict", (STR, INT))),
        ([{1, 2}], Shape("set", (INT,))),
        ([Opaque("Colour.RED"), Opaque("Colour.RED")], Shape("given", values=(Opaque("Colour.RED"),))),
        ([], None),
        ([[]], None),
    ],
)
def test_recorded_values_have_a_shape_in_common(values: list[Value], expected: Shape | None) -> None:
    assert like(values) == expected


def rows(*shapes: Shape, close: Near = Near(), count: int = 80) -> list[tuple[Value, ...]]:  # noqa: B008
    return drawn(shapes, close, count)


def test_what_is_drawn_is_always_the_same_and_no_row_comes_twice() -> None:
    first = rows(INT, STR, Shape("list", (INT,)))
    assert first == rows(INT, STR, Shape("list", (INT,)))
    assert len({written(row) for row in first}) == len(first) > 40


@pytest.mark.parametrize(
    ("annotation", "pattern"),
    [
        ("int", r"-?\d+"),
        ("float", r"-?[\d.]+"),
        ("bool", r"True|False"),
        ("bytes", r"b['\"].*"),
        ("complex", r".*j\)?"),
        ("Colour", r"Colour\.(RED|BLUE)"),
        ("Point", r"Point\(-?\d+, -?[\d.]+\)"),
        ("list[Point]", r"\[(Point\(.*\))?\]"),
        ("Literal['a', 3]", r"'a'|3"),
        ("int | None", r"-?\d+|None"),
        ("set[int]", r"set\(\)|\{.*\}"),
        ("frozenset[int]", r"frozenset\(.*\)"),
        ("tuple[int, ...]", r"\(.*\)"),
        ("dict[str, int]", r"\{.*\}"),
    ],
)
def test_values_are_source_texts_of_their_shape(annotation: str, pattern: str) -> None:
    found = shape(annotation)
    assert found is not None
    texts = [written(value) for (value,) in rows(found)]
    assert len(texts) > 1
    assert [text for text in texts if not re.fullmatch(pattern, text)] == []


def test_each_part_of_a_union_is_drawn() -> None:
    found = shape("int | None | str")
    assert found is not None
    assert {type(value) for (value,) in rows(found)} == {int, type(None), str}


def test_values_are_near_to_what_was_seen_and_what_the_code_names() -> None:
    close = near([[700], {"left": "Ünique"}], Hints((4000,), ("mode",)))
    assert {699, 700, 701, 3999, 4000, 4001} <= set(close.numbers)
    assert {"left", "Ünique", "mode"} <= set(close.texts)
    drawn_texts = {value for (value,) in rows(STR, close=close, count=200)}
    assert {"left", "mode"} <= drawn_texts
    assert any("Ü" in text for text in drawn_texts)


def test_nothing_is_drawn_of_no_value() -> None:
    assert rows(Shape("given")) == []


def test_drawing_leaves_no_file_behind(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    rows(Shape("list", (Shape("one", (INT, STR, Shape("float"))),)))
    assert list(tmp_path.iterdir()) == []


def test_small_numbers_come_more_often_than_large_ones() -> None:
    numbers = sorted(abs(value) for (value,) in rows(INT, count=300))
    assert all(before <= after for before, after in pairwise(numbers))
    assert {0, 1, 2, 3} <= set(numbers)
    assert numbers[-1] <= 200
