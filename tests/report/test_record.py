"""The record of a patch in lines for people."""

from dataclasses import replace

from tddbot.domain import Evidence, Kind
from tddbot.proof import Gate, Objection
from tddbot.report.record import Labelled, evidence_lines
from tests.report.samples import EVIDENCE


def test_the_record_says_what_was_proven_where_by_whom_and_at_what_cost():
    lines = dict(evidence_lines(EVIDENCE))
    assert lines["patch"] == EVIDENCE.patch_id
    assert lines["won"] == "tests/test_a.py::test_a[ü]"
    assert lines["kept"] == "1 green test"
    assert lines["proof"] == "1 cold run of the whole suite, on tree tree01234567"
    assert lines["by"] == "model: a.py: 41 becomes 42"
    assert lines["cost"] == "4.2 s, 2 calls, 1,234 tokens, 0.0125 USD"
    assert "held" not in lines
    assert dict(evidence_lines(replace(EVIDENCE, held=("a", "b"))))["held"] == "a, b"
    assert dict(evidence_lines(replace(EVIDENCE, note="", proofs=2)))["by"] == "model"
    assert "2 cold runs" in dict(evidence_lines(replace(EVIDENCE, proofs=2)))["proof"]


def test_the_record_of_a_scaffold_claims_no_green():
    scaffold = replace(EVIDENCE, kind=Kind.SCAFFOLD, won=())
    assert evidence_lines(scaffold)[1] == (
        "kind", "scaffolded: what was missing is there, and yet to be written; proven is only that nothing is lost",
    )  # fmt: skip
    assert "won" not in dict(evidence_lines(scaffold))
    assert dict(evidence_lines(replace(scaffold, won=("t.py::a",))))["won"] == "t.py::a"
    assert "kind" not in dict(evidence_lines(EVIDENCE))


def test_the_record_of_a_rollback_says_that_it_may_undo_what_was_meant():
    lines = dict(evidence_lines(replace(EVIDENCE, kind=Kind.ROLLBACK)))
    assert "may have been meant" in lines["kind"]
    assert lines["won"] == "tests/test_a.py::test_a[ü]"


WHOLE = replace(
    EVIDENCE,
    repeats=3,
    without=2,
    seeds=("hash 1, order 1", "hash 2", "hash 3", "hash 4", "hash 5"),
    flaky=("t.py::late",),
    lacks=("it is a copy", "no run is warm"),
    guard=(Objection("TDB301", "a.py", 3, "opens a socket", is_warning=True),),
    gates=(Gate("ruff", ("a.py:1: F401 os", "a.py:2: E501 long")), Gate("mypy"), Gate("pyright", fault="no node")),
    uncovered=("a.py:3: return 1",),
    model="gpt-6-luna",
    effort="high",
    digests={"a.py": "ab" * 32, "b.py": ""},
)


def of(label: str, evidence: Evidence, whole: bool = False) -> list[str]:
    """The lines below a label."""
    found, now = list[str](), ""
    for name, text in evidence_lines(evidence, whole):
        now = name or now
        found += [text] if now == label else []
    return found


def labels(lines: list[Labelled]) -> list[str]:
    return [label for label, _ in lines if label]


def test_what_is_empty_is_left_out():
    assert labels(evidence_lines(EVIDENCE)) == [
        "patch", "won", "kept", "proof", "jail", "guard", "by", "cost",
    ]  # fmt: skip
    assert of("guard", EVIDENCE) == ["clean"]


def test_all_that_was_found_out_has_its_line():
    assert of("proof", WHOLE) == [
        "1 cold run of the whole suite, 3 repeats of the target, 2 without the patch, on tree tree01234567"
    ]
    assert of("flaky", WHOLE) == ["t.py::late is red, as it is at times without the patch"]
    assert of("lacks", WHOLE) == ["it is a copy", "no run is warm"]
    assert of("guard", WHOLE) == ["a.py:3 opens a socket (TDB301)"]
    assert of("gates", WHOLE) == [
        "ruff: a.py:1: F401 os", "ruff: a.py:2: E501 long", "mypy: nothing new", "pyright: no node",
    ]  # fmt: skip
    assert of("unrun", WHOLE) == ["no test of the target runs a.py:3: return 1"]
    assert of("by", WHOLE) == ["model (gpt-6-luna), high effort: a.py: 41 becomes 42"]
    assert of("by", replace(WHOLE, generator="model:gpt-6-luna", note="")) == ["model:gpt-6-luna, high effort"]


def test_what_is_much_is_cut_unless_the_whole_is_asked_for():
    many = replace(WHOLE, won=tuple(f"t.py::test_{number}" for number in range(30)))
    assert of("won", many)[0].endswith("t.py::test_4, … and 25 more")
    assert of("won", many, whole=True)[0].endswith("t.py::test_29")


def test_the_whole_has_the_seeds_and_what_stands_above_the_patch_already():
    assert of("seeds", WHOLE) == of("target", WHOLE) == []
    assert of("seeds", WHOLE, whole=True) == ["hash 1, order 1; hash 2; hash 3; hash 4; hash 5"]
    assert of("target", WHOLE, whole=True) == [WHOLE.cause]


def test_the_whole_has_the_digest_of_each_file():
    assert of("sha256", WHOLE) == []
    first, second = of("sha256", WHOLE, whole=True)
    assert first == f"{'ab' * 32} a.py"
    assert second.split() == ["no", "file", "b.py"]


def test_every_label_fits_its_column():
    assert max(map(len, labels(evidence_lines(WHOLE, whole=True)))) <= 6
