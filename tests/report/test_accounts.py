from dataclasses import replace
from decimal import Decimal

import pytest

from tddbot.domain import Usage
from tddbot.report.accounts import spend_lines, worth_lines
from tddbot.report.curve import Worked
from tests.report.samples import USAGE
from tests.report.test_curve import WORKS, cost

UNPRICED = replace(USAGE, usd=Decimal(0), unpriced_calls=2)


def test_spend_by_model():
    assert spend_lines([("small", USAGE)]) == [
        "model  calls  input  cached  output  reasoning     USD",
        "small      2  1,000       0     234        100  0.0125",
    ]
    assert spend_lines([]) == ["no model was asked"]


def test_several_models_have_a_sum_and_what_is_not_known_of_it_is_said():
    lines = spend_lines([("large", USAGE), ("\x1b[2J", UNPRICED)])
    assert [line.split()[0] for line in lines] == ["model", "large", r"\x1b[2J", "together"]
    assert lines[2].endswith("   unknown")
    assert lines[3].endswith("  ≥ 0.0125")
    assert len({len(line) for line in lines}) == 1


def test_what_the_ladder_was_worth():
    lines = worth_lines(WORKS, 3, 80)
    assert lines[:6] == [
        "4 of 5 targets solved (95 % certain: 38 % to 96 %); 3 cancelled or flaky left out",
        "",
        "rung     tried  solved  in all     USD     s  USD so far",
        "offline      4       1    20 %  0.0000   2.0      0.0000",
        "low          4       2    60 %  0.0200  20.0      0.1000",
        "high         2       1    80 %  0.5000  90.0      2.0000",
    ]
    assert lines[6] == "USD and s: medians of the targets solved there"
    assert lines[7] == "and 0.5400 USD for calls that came to no attempt, such as cancelled ones"
    assert lines[9] == "solved against money, each target"
    assert lines[16].split() == ["0", "0.5", "USD"]
    assert lines[18] == "solved against time, each target"
    assert lines[-1].split() == ["0", "90", "s"]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_lines_fit_a_narrow_screen(width):
    works = [replace(work, rungs=(("large, high effort, four side by side", FREE),)) for work in WORKS]
    lines = worth_lines(works, 0, width, fine=False)
    assert max(len(line) for line in lines[2:] if not line.startswith("and ")) <= max(width, 55)
    assert all(line.isascii() for line in lines)


def test_without_a_target_there_is_one_sentence():
    assert worth_lines([], 2, 80) == ["no target was worked on to its end"]


def test_what_solved_nothing_has_no_curve():
    lines = worth_lines([Worked(False, cost("0.1"), 3.0, (("low", cost("0.1")),))], 0, 80)
    assert lines[0] == "0 of 1 target solved (95 % certain: 0 % to 79 %)"
    assert lines[-1].split() == ["low", "1", "0", "0", "%", "–", "–", "0.1000"]


def test_one_point_is_no_curve():
    lines = worth_lines([Worked(True, cost("0.1"), 3.0, (("low", cost("0.1")),))], 0, 80)
    assert lines[-2].split() == ["low", "1", "1", "100", "%", "0.1000", "3.0", "0.1000"]


def test_prices_that_are_not_known_are_counted():
    known = cost("0.1")
    partly = cost("0.1", calls=2, unpriced=1)
    works = [Worked(True, partly, 3.0, (("\x1b[2J", partly),)), Worked(True, known, 3.0, (("\x1b[2J", known),))]
    lines = worth_lines(works, 0, 80)
    assert lines[0].endswith("; the price of 1 is not wholly known")
    assert lines[3].startswith(r"\x1b[2J ")
    assert lines[3].endswith("≥ 0.1000  3.0    ≥ 0.2000")


FREE = Usage()
