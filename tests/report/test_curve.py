from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.domain import Usage
from tddbot.report.curve import Point, Worked, against_seconds, against_usd, by_rung, interval, plot


def cost(usd: str, calls: int = 1, unpriced: int = 0) -> Usage:
    return Usage(calls, usd=Decimal(usd), unpriced_calls=unpriced)


FREE = Usage()
WORKS = (
    Worked(True, FREE, 2.0, (("offline", FREE),)),
    Worked(True, cost("0.01"), 10.0, (("offline", FREE), ("low", cost("0.01")))),
    Worked(True, cost("0.03"), 30.0, (("low", cost("0.02")),)),
    Worked(True, cost("0.50"), 90.0, (("offline", FREE), ("low", cost("0.02")), ("high", cost("0.40")))),
    Worked(False, cost("2.00"), 900.0, (("offline", FREE), ("low", cost("0.05")), ("high", cost("1.50")))),
)


def test_a_rung_is_told_by_who_came_to_it_and_who_ended_there():
    offline, low, high = by_rung(WORKS)
    assert [line.rung for line in (offline, low, high)] == ["offline", "low", "high"]
    assert [(line.tried, line.solved, line.share) for line in (offline, low, high)] == [
        (4, 1, 0.2), (4, 2, 0.6), (2, 1, 0.8),
    ]  # fmt: skip
    assert [(line.usd, line.seconds) for line in (offline, low, high)] == [
        (0, 2.0), (Decimal("0.02"), 20.0), (Decimal("0.50"), 90.0),
    ]  # fmt: skip
    assert [line.usage.usd for line in (offline, low, high)] == [0, Decimal("0.10"), Decimal("2.00")]


def test_a_rung_that_solved_nothing_has_no_median():
    (line,) = by_rung([Worked(False, FREE, 1.0, (("offline", FREE),))])
    assert (line.tried, line.solved, line.share, line.usd, line.seconds) == (1, 0, 0, None, None)
    assert by_rung([Worked(False, FREE, 1.0)]) == by_rung([]) == ()


def test_what_was_solved_before_rungs_were_kept_is_told_apart():
    (line,) = by_rung([Worked(True, FREE, 1.0), Worked(True, FREE, 3.0, (("", cost("0.01")),))])
    assert (line.rung, line.solved, line.share, line.seconds) == ("(not kept)", 2, 1.0, 2.0)


def test_the_curves_count_what_was_solved_at_a_cost_or_below():
    assert against_usd(WORKS) == (Point(0.0, 1), Point(0.01, 2), Point(0.03, 3), Point(0.5, 4))
    assert against_seconds(WORKS) == (Point(2.0, 1), Point(10.0, 2), Point(30.0, 3), Point(90.0, 4))
    same = [Worked(True, cost("0.1"), 1.0)] * 3
    assert against_usd(same) == (Point(0.1, 3),)
    assert against_usd([]) == against_seconds([]) == ()


def test_a_price_that_is_not_wholly_known_is_on_no_curve_over_money():
    partly = Worked(True, cost("0.01", calls=2, unpriced=1), 5.0, (("low", cost("0.01", 2, 1)),))
    assert against_usd([partly]) == ()
    assert against_seconds([partly]) == (Point(5.0, 1),)
    assert by_rung([partly])[0].unpriced


@pytest.mark.parametrize(
    ("solved", "total", "low", "high"), [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0)]
)
def test_the_interval_is_wilsons(solved, total, low, high):
    """Against published values of the score interval."""
    assert interval(solved, total) == pytest.approx((low, high), abs=0.001)


def test_a_drawing_rises_to_what_was_solved():
    lines = plot([Point(0.0, 1), Point(5.0, 2), Point(10.0, 4)], 4, "USD", width=28, height=4)
    assert lines == [
        " 100 %                    █",
        "                          █",
        "                ███████████",
        "   0 % ████████████████████",
        "       0             10 USD",
    ]
    ascii_ = plot([Point(10.0, 4)], 8, "s", width=28, height=4, fine=False)
    assert ascii_[2] == "                          #"
    assert "".join(ascii_).isascii()


@pytest.mark.parametrize("width", [0, 10, 19])
def test_where_there_is_no_room_nothing_is_drawn(width):
    assert plot([Point(1.0, 1)], 1, "s", width) == []


def test_where_there_is_no_room_for_the_scale_nothing_is_drawn_either():
    assert plot([Point(10006.0, 1)], 1, "USD", 20) == []
    assert max(map(len, plot([Point(10006.0, 1)], 1, "USD", 22))) <= 22


def test_what_was_all_free_draws_no_curve():
    assert plot([Point(0.0, 9)], 9, "USD", 80) == []
    assert plot([], 9, "USD", 80) == []


works = st.lists(
    st.builds(
        Worked,
        st.booleans(),
        st.builds(cost, st.sampled_from(["0", "0.000001", "0.5", "7", "123456"]), st.just(1), st.integers(0, 1)),
        st.floats(0, 1e6),
        st.lists(st.tuples(st.sampled_from(["a", "b", ""]), st.builds(cost, st.just("0.1"))), max_size=3).map(tuple),
    ),
    max_size=12,
)


@given(works, st.integers(0, 200), st.integers(1, 12), st.booleans())
def test_no_curve_goes_down_and_no_line_is_too_wide(works, width, height, fine):
    solved = sum(work.solved for work in works)
    for points in (against_usd(works), against_seconds(works)):
        counts = [point.solved for point in points]
        assert counts == sorted(set(counts))
        assert counts[-1:] <= [solved]
        for line in plot(points, len(works), "USD", width, height, fine):
            assert len(line) <= max(width, 20)
    shares = [line.share for line in by_rung(works)]
    assert shares == sorted(shares)
    assert sum(line.solved for line in by_rung(works)) == solved
