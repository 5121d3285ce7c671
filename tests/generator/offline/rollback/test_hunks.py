"""The parts of a patch, and any set of them taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.domain import Edit, Patch
from tddbot.generator.offline.rollback import hunks as module
from tddbot.generator.offline.rollback.hunks import hunks, without

THEN = "a\nb\nc\nd\ne\nf\n"


def patch(then: str | None, now: str | None) -> Patch:
    return Patch((Edit("x.py", then, now),))


def named(then: str | None, now: str | None) -> list[str]:
    return [str(hunk) for hunk in hunks(patch(then, now))]


@pytest.mark.parametrize(
    ("now", "names"),
    [
        ("a\nB\nc\nd\ne\nf\n", ["x.py:2"]),
        ("a\nB\nC\nc\nd\nE\nf\n", ["x.py:2-3", "x.py:6"]),
        ("a\nb\ne\nf\n", ["x.py:3"]),
        ("b\nc\nd\ne\n", ["x.py:1", "x.py:5"]),
        ("", ["x.py:1"]),
        ("a\nb\nc\nd\ne\nf", ["x.py:6"]),
        (THEN, []),
        (None, ["the removal of x.py"]),
    ],
)
def test_a_hunk_is_named_by_its_lines_now(now: str | None, names: list[str]) -> None:
    assert named(THEN, now) == names


def test_a_file_that_came_is_one_part() -> None:
    assert named(None, THEN) == ["the new file x.py"]


def test_a_form_feed_ends_no_line() -> None:
    assert named("a\x0c\rb\nc\n", "a\x0c\rb\nd\n") == ["x.py:2"]


def test_each_part_is_taken_back_on_its_own() -> None:
    whole = Patch(
        (
            Edit("b.py", THEN, "A\nb\nc\nnew\nd\nf\n", "latin-1"),
            Edit("a.py", None, "n\n"),
            Edit("c.py", "o\n", None),
        )
    )
    assert [str(part) for part in hunks(whole)] == [
        "b.py:1", "b.py:4", "b.py:6", "the new file a.py", "the removal of c.py",
    ]  # fmt: skip
    first, second, third, came, went = hunks(whole)
    now = whole.edits[0].after
    assert without([second]).edits == (Edit("b.py", now, "A\nb\nc\nd\nf\n", "latin-1"),)
    assert without([third, first]).edits == (Edit("b.py", now, "a\nb\nc\nnew\nd\ne\nf\n", "latin-1"),)
    assert without([went, came]).edits == (Edit("a.py", "n\n", None), Edit("c.py", None, "o\n"))


def test_where_too_much_differs_it_is_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_LINES", 3)
    assert named("a\nb\nc\nd\n", "a\nB\nc\nD\n") == ["x.py:2", "x.py:4"]
    assert named("a\nb\nc\nd\ne\n", "A\nb\nc\nd\nE\n") == ["x.py:1-5"]


texts = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\x0c", "d"]), max_size=12).map("".join)


@given(st.one_of(st.tuples(texts, texts), st.tuples(st.none(), texts), st.tuples(texts, st.none())))
def test_all_parts_taken_back_are_what_it_was_and_no_part_is_what_it_is(sides: tuple[str | None, str | None]) -> None:
    then, now = sides
    parts = hunks(patch(then, now))
    assert bool(parts) == (then != now)
    if parts:
        assert without(parts) == patch(now, then)
    assert without([]) == Patch(())
