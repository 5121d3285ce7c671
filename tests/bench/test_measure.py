import json

import pytest

from tddbot.bench.measure import Measure, json_line, median, percentile, spread, table


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [([7.0], 0.9, 7.0), ([1.0, 2.0, 3.0], 0.5, 2.0), ([4.0, 1.0], 0.5, 2.5), (list(range(11)), 0.1, 1.0)],
)
def test_a_percentile_lies_between_its_neighbours(values, part, expected):
    assert percentile(values, part) == pytest.approx(expected)


def test_of_no_values_there_is_no_percentile():
    with pytest.raises(ValueError, match="no values"):
        median([])


@pytest.mark.parametrize(
    ("better", "value", "target", "met"),
    [
        ("lower", 8.0, 8.0, True),
        ("lower", 8.1, 8.0, False),
        ("higher", 6.0, 6.0, True),
        ("higher", 5.9, 6.0, False),
        ("lower", 0.0, 0.0, True),
        ("higher", 1.0, None, None),
    ],
)
def test_a_target_is_met_from_the_better_side(better, value, target, met):
    assert Measure("a", value, "ms", "so", better, target).met is met


def test_a_spread_has_its_target_on_the_median():
    found = {measure.name: measure for measure in spread("a", [3.0, 1.0, 2.0], "ms", "so", target=2.0)}
    assert {name: measure.value for name, measure in found.items()} == {"a.median": 2.0, "a.p10": 1.2, "a.p90": 2.8}
    assert [name for name, measure in found.items() if measure.met is not None] == ["a.median"]


def test_a_line_of_json_has_what_every_benchmark_prints():
    line = json_line(Measure("runner.a", 1 / 3, "ms", "größer", "lower", None))
    assert line.endswith("}\n")
    assert "größer" in line
    assert json.loads(line) == {
        "name": "runner.a", "value": 0.33333, "unit": "ms", "target": None, "better": "lower", "met": None,
        "how": "größer",
    }  # fmt: skip


def test_the_table_tells_percentiles_beside_their_median_and_what_was_missed():
    measures = [*spread("runner.a", [1.0, 2.0, 3.0], "ms", "how it was")]
    measures.append(Measure("b", 3, "times", "how it was", "higher", 6))
    text = "\n".join(table([*measures, Measure("c", 1, "MB", "otherwise")]))
    assert text.count("how it was") == 1
    median_line = next(line for line in text.splitlines() if "runner.a" in line)
    assert median_line.split() == ["runner.a", "2", "ms", "1.2", "to", "2.8"]
    assert "at least 6: NOT met" in text
    assert text.index("otherwise") > text.index("NOT met")


def test_the_table_comes_group_by_group():
    def measures():
        yield Measure("a", 1, "ms", "first")
        yield Measure("b", 1, "ms", "second")
        raise AssertionError("asked for too early")

    lines = table(measures())
    assert [next(lines) for _ in range(3)][1] == "first"
