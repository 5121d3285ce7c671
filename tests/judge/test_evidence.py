import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest

from tddbot.domain import Attempt, Candidate, Dud, Edit, Kind, Option, Patch, Question, Ruling, Usage, Verdict
from tddbot.judge.evidence import record
from tddbot.proof import Gate, Objection, Proof, Unpinned
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


def test_the_record_has_all_that_was_found_out():
    proof = Proof(2, 3, 2, ("hash 1, order 1",), (Gate("ruff", ("a.py:1: F401 os",)),), ("s.py:1: 2",))
    warning = Objection("TDB301", "s.py", 1, "opens a socket", is_warning=True)
    verdict = replace(ACCEPTED, flaky=("t.py::b",), warnings=(warning,))
    made = replace(CANDIDATE, model="gpt-6-luna", effort="low")
    question, unpinned = Question((Option(made.patch, "one"),)), (Unpinned("s.py", 1, "`<` is `<=`"),)
    evidence = record(
        target(BASELINE, "t.py::a"), Attempt(made, PROOF, verdict, proof=proof), BASELINE, 0.0, Usage(),
        lacks=("it is a copy",), unpinned=unpinned, question=question,
    )  # fmt: skip
    assert (evidence.proofs, evidence.repeats, evidence.without, evidence.seeds) == (2, 3, 2, ("hash 1, order 1",))
    assert (evidence.gates, evidence.uncovered) == (proof.gates, proof.uncovered)
    assert (evidence.flaky, evidence.guard) == (("t.py::b",), (warning,))
    assert (evidence.model, evidence.effort) == ("gpt-6-luna", "low")
    assert (evidence.lacks, evidence.unpinned, evidence.question) == (("it is a copy",), unpinned, question)


def test_each_file_is_known_again_by_its_digest():
    edits = (Edit("s.py", "1\n", "é\r\n", "latin-1"), Edit("gone.py", "1\n", None))
    attempt = Attempt(replace(CANDIDATE, patch=Patch(edits)), PROOF, ACCEPTED)
    evidence = record(target(BASELINE, "t.py::a"), attempt, BASELINE, 0.0, Usage())
    assert evidence.digests == {"s.py": hashlib.sha256(b"\xe9\r\n").hexdigest(), "gone.py": ""}


def test_what_is_only_offered_was_run_once_and_its_seed_is_told():
    proof = replace(PROOF, seed="hash 7")
    evidence = record(
        target(BASELINE, "t.py::a"), Attempt(CANDIDATE, proof, replace(ACCEPTED, ruling=Ruling.OFFERED)), BASELINE,
        0.0, Usage(),
    )  # fmt: skip
    assert (evidence.proofs, evidence.repeats, evidence.without, evidence.seeds) == (1, 0, 0, ("hash 7",))


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
