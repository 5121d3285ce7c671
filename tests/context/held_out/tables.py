"""Targets and briefs of one test file, as the tests of what is withheld need them."""

from collections.abc import Iterable

from tddbot.context.held_out.holding import held_out
from tddbot.domain import Brief, Excerpt, Failure, Frame, Outcome, Result, Role, Target
from tddbot.proof import Withheld

PATH = "tests/test_numerals.py"
NUMERALS = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
)  # fmt: skip
ROWS = [(number, NUMERALS[number - 1]) for number in range(1, 13)]


def table(rows: Iterable[object] = ROWS, more: str = "") -> str:
    lines = "".join(f"        {row!r},\n" for row in rows)
    return (
        "import pytest\n\nfrom numerals import roman\n\n\n"
        f'@pytest.mark.parametrize(\n    "number, expected",\n    [\n{lines}    ],{more}\n)\n'
        "def test_roman(number, expected):\n    assert roman(number) == expected\n"
    )


def red(node: str, *frames: Frame, text: str = "", message: str = "assert None == 1") -> Result:
    return Result(node, Outcome.FAILED, failure=Failure("call", "AssertionError", message, frames, text))


def nodes_of(rows: Iterable[tuple[object, ...]] = ROWS, test: str = "test_roman") -> list[str]:
    return [f"{PATH}::{test}[{'-'.join(map(str, row))}]" for row in rows]


def brief_of(text: str, *results: Result, more: tuple[Excerpt, ...] = ()) -> Brief:
    return Brief(Target("cause", results), (Excerpt(PATH, text, Role.TEST), *more))


def withheld(
    text: str,
    reds: Iterable[Result | str],
    nodes: Iterable[str] = (),
    share: float = 0.25,
    more: tuple[Excerpt, ...] = (),
) -> Withheld:
    results = tuple(each if isinstance(each, Result) else red(each) for each in reds)
    brief = brief_of(text, *results, more=more)
    known = [*nodes, *(result.node_id for result in results)]
    return held_out(brief.target, {PATH: text}, list(dict.fromkeys(known)), brief, share)
