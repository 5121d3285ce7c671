"""What is left of results and texts where cases are withheld."""

from tddbot.domain import Ending, Failure, Frame, Outcome, Result, Run
from tddbot.proof import PartlyShown, Withheld
from tddbot.withholding import KIND, blanked, hides, is_withheld, names_any, tells, untold, without

PATH = "tests/test_a.py"
ROWS = Withheld(
    frozenset({f"{PATH}::test_x[9-IX]"}),
    {PATH: frozenset({7})},
    (PartlyShown(PATH, "test_x", 1, shown=frozenset({"1-I", "4-IV"}), hidden=frozenset({"9-IX"})),),
    telling=frozenset({"IX", "9, 'IX'"}),
)
LINES = Withheld(tests=(PartlyShown(PATH, "test_x", 2, lines=frozenset({8, 9})),), telling=frozenset({"IX"}))
LOOP = Withheld(
    tests=(
        PartlyShown(PATH, "test_x", 1, body=frozenset({4, 5}), names=("n", "text"), rows=frozenset({("1", "'I'")})),
    ),
    telling=frozenset({"IX"}),
)


def red(node: str = f"{PATH}::test_x", *frames: Frame, text: str = "", message: str = "assert 'a' == 'IX'") -> Result:
    return Result(node, Outcome.FAILED, 0.5, Failure("call", "AssertionError", message, frames, text, "'IX'", "'a'"))


def is_blank(result: Result) -> bool:
    return result.failure == Failure("call", KIND, result.failure.message) and "IX" not in repr(result.failure)


def test_a_test_is_hidden_by_its_row_wherever_it_is_inherited_and_where_it_is_not_known() -> None:
    assert hides(f"{PATH}::test_x[9-IX]", ROWS)
    assert hides("tests/test_b.py::TestHeir::test_x[9-IX]", ROWS)
    assert hides(f"{PATH}::test_x[another]", ROWS)
    assert not hides(f"{PATH}::test_x[4-IV]", ROWS)
    assert not hides("tests/test_b.py::test_x[another]", ROWS)
    assert not hides(f"{PATH}::test_y[9-IX]", ROWS)
    assert not hides(PATH, ROWS)
    assert not hides(f"{PATH}::test_x", LINES)


def test_nothing_is_told_of_a_withheld_row_and_all_of_a_shown_one() -> None:
    hidden = blanked(red(f"{PATH}::test_x[9-IX]"), ROWS)
    assert is_withheld(hidden)
    assert is_blank(hidden)
    assert (hidden.node_id, hidden.outcome, hidden.seconds) == (f"{PATH}::test_x[9-IX]", Outcome.FAILED, 0.5)
    shown = red(f"{PATH}::test_x[4-IV]", message="assert 'a' == 'IV'")
    assert blanked(shown, ROWS) == shown
    assert blanked(red(), Withheld()) == red()


def test_what_a_shown_row_tells_of_others_is_taken_out() -> None:
    frames = (Frame(PATH, 9, "test_x", (("n", "4"), ("cases", "[(4, 'IV'), (9, 'IX')]"))),)
    text = "    @parametrize([\n        (4, 'IV'),\n        (9, 'IX'),\n    ])\nE   assert"
    failure = blanked(red(f"{PATH}::test_x[4-IV]", *frames, text=text), ROWS).failure
    assert failure is not None
    assert failure.text == "    @parametrize([\n        (4, 'IV'),\n    ])\nE   assert"
    assert failure.frames[0].locals == (("n", "4"),)


def test_a_failure_at_a_withheld_assertion_tells_nothing() -> None:
    assert is_blank(blanked(red(f"{PATH}::test_x", Frame(PATH, 9, "test_x"), Frame("a.py", 1, "f")), LINES))
    assert not is_withheld(blanked(red(f"{PATH}::test_x", Frame(PATH, 7, "test_x")), LINES))
    assert not is_withheld(blanked(red(f"{PATH}::test_y", Frame(PATH, 9, "test_y")), LINES))


def test_a_turn_of_a_loop_tells_only_what_is_known_to_be_shown() -> None:
    def at(line: int, **values: str) -> Result:
        return blanked(red(f"{PATH}::test_x", Frame(PATH, line, "test_x", tuple(values.items()))), LOOP)

    assert not is_withheld(at(5, n="1", text="'I'"))
    assert is_withheld(at(5, n="9", text="'IX'"))
    assert is_withheld(at(5))
    assert not is_withheld(at(7))


def test_a_run_without_what_is_withheld() -> None:
    results = {
        node: blanked(red(node, message="assert"), ROWS) for node in (f"{PATH}::test_x[9-IX]", f"{PATH}::test_x[4-IV]")
    }
    run = Run("tree", results, Ending.COMPLETE)
    assert list(without(run, ROWS).results) == [f"{PATH}::test_x[4-IV]"]
    assert without(run, Withheld()) is run
    past = blanked(red(f"{PATH}::test_x", Frame(PATH, 9, "test_x")), LINES)
    assert without(Run("tree", {past.node_id: past}), LINES).greens() == {past.node_id}


def test_lines_that_tell() -> None:
    assert untold(("f(4) -> 'IV'", "f(9) -> 'IX'", "f(19) -> 'XIX'"), ROWS) == ("f(4) -> 'IV'", "f(19) -> 'XIX'")
    assert tells("won: tests/test_a.py::test_x[9-IX]", ROWS)
    assert names_any("test_x[9-IX] is red", ROWS)
    assert not names_any("it is IX", ROWS)
