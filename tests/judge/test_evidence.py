from dataclasses import replace
from decimal import Decimal

import pytest

from tddbot.domain import Attempt, Candidate, Dud, Edit, Kind, Patch, Ruling, Usage, Verdict
from tddbot.judge.evidence import record
from tests.judge.runs import run, target

BASELINE = run({"t.py::a": "f", "t.py::b": "p"})
PROOF = run({"t.py::a": "p", "t.py::b": "p"})
CANDIDATE = Candidate(Patch((Edit("s.py", "1\n", "2\n"),)), "offline", "1 becomes 2", Usage(calls=1))
ACCEPTED = Verdict(Ruling.ACCEPTED, won=("t.py::a",), kept=1)


def test_the_record_says_what_was_proven_by_whom_and_at_what_cost():
    usage = Usage(calls=3, usd=Decimal("0.01"))
    evidence = record(target(BASELINE, "t.py::a"), Attempt(CANDIDATE, PROOF, ACCEPTED), BASELINE, 2.5, usage)
    assert evidence.patch_id == CANDIDATE.patch.id
    assert (evidence.target, evidence.won, evidence.kept) == (("t.py::a",), ("t.py::a",), 1)
    assert (evidence.tree, evidence.jail, evidence.proofs) == ("tree", "namespaces", 1)
    assert (evidence.generator, evidence.note) == ("offline", "1 becomes 2")
    assert (evidence.usage, evidence.seconds) == (usage, 2.5)


def test_the_record_names_what_held_against_a_forged_report():
    proof = replace(PROOF, held=("signed records", "canaries"))
    evidence = record(target(BASELINE, "t.py::a"), Attempt(CANDIDATE, proof, ACCEPTED), BASELINE, 0.0, Usage())
    assert evidence.held == ("cold proof", "signed records", "canaries")


@pytest.mark.parametrize("kind", Kind)
def test_the_record_says_what_the_patch_claims_to_be(kind):
    attempt = Attempt(replace(CANDIDATE, kind=kind), PROOF, replace(ACCEPTED, ruling=Ruling.OFFERED))
    assert record(target(BASELINE, "t.py::a"), attempt, BASELINE, 0.0, Usage()).kind is kind


@pytest.mark.parametrize(
    "attempt",
    [
        Attempt(CANDIDATE, PROOF, Verdict(Ruling.PLAUSIBLE)),
        Attempt(CANDIDATE, None, ACCEPTED),
        Attempt(Dud("no answer", "model"), PROOF, ACCEPTED),
    ],
)
def test_only_an_accepted_attempt_has_a_record(attempt):
    with pytest.raises(ValueError, match="only an attempt that was accepted"):
        record(target(BASELINE, "t.py::a"), attempt, BASELINE, 0.0, Usage())
