import json
import os
import typing
from dataclasses import asdict, fields, replace

import pytest

from tddbot import events
from tddbot.proof import Gate, Proof
from tddbot.report.json_lines import json_lines
from tests.report.samples import (
    ACCEPTED,
    ASKED,
    CANDIDATE,
    EVERY,
    EVIDENCE,
    LEFT_OPEN,
    PATCH,
    QUESTION,
    RED,
    ROLLBACK,
    RUNG,
    SCAFFOLDED,
    THOUGHT,
    WAYS,
)


def lines(*told: events.Event) -> list[str]:
    written: list[str] = []
    tell = json_lines(written.append)
    for event in told:
        tell(event)
    return written


def parsed(event: events.Event) -> dict:
    [line] = lines(event)
    return json.loads(line)


def test_every_kind_of_event_is_in_the_samples():
    assert {type(event) for event in EVERY} == set(typing.get_args(events.Event))


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_an_event_is_one_line_of_ascii_named_by_what_happened(event):
    [line] = lines(event)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert line.isascii()
    found = json.loads(line)
    assert set(found) == {"event", *event.__slots__}
    assert found["event"].replace("_", "") == type(event).__name__.lower()


def test_a_baseline_is_counts_and_reds_and_no_list_of_every_test():
    found = parsed(EVERY[1])
    assert found["event"] == "baseline_taken"
    assert found["wanted"] == [RED]
    run = found["run"]
    assert (run["outcomes"], run["ending"]) == ({"failed": 1, "passed": 1, "skipped": 1}, "complete")
    assert [red["node_id"] for red in run["reds"]] == [RED]
    assert run["reds"][0]["failure"]["message"] == "assert 41 == 42"
    assert set(run) == {
        "tree", "patch_id", "ending", "detail", "seconds", "outcomes", "reds", "jail", "held", "seed",
    }  # fmt: skip


def test_a_program_can_tell_a_candidate_from_a_dud():
    dud, _, accepted = (parsed(event)["attempt"] for event in EVERY[4:7])
    assert (dud["proposal"]["kind"], dud["proposal"]["reason"], dud["run"]) == ("dud", "it refused", None)
    assert (accepted["proposal"]["kind"], accepted["proposal"]["patch_id"]) == ("candidate", PATCH.id)
    assert accepted["proposal"]["usage"]["usd"] == "0.0125"
    assert accepted["verdict"]["ruling"] == "accepted"
    assert (accepted["rung"], accepted["proposal"]["reasoning"]) == (RUNG, THOUGHT)
    assert dud["proposal"]["contradiction"] == []


def test_a_program_can_tell_a_fix_from_what_is_only_offered():
    assert parsed(EVERY[6])["attempt"]["proposal"]["claim"] == "fix"
    offered = parsed(events.AttemptJudged(5, SCAFFOLDED))["attempt"]
    assert (offered["proposal"]["kind"], offered["proposal"]["claim"]) == ("candidate", "scaffold")
    assert offered["verdict"]["ruling"] == "offered"


def test_a_question_has_the_options_with_their_patches_and_a_dud_what_was_found_out():
    dud = parsed(events.AttemptJudged(4, ASKED))["attempt"]["proposal"]
    assert dud["question"] == parsed(events.TargetResolved(LEFT_OPEN))["resolution"]["question"]
    assert (dud["question"]["call"], dud["question"]["path"]) == ("f('ä')", "tests/test_a.py")
    assert [option["patch_id"] for option in dud["question"]["options"]] == [way.id for way in WAYS]
    first = dud["question"]["options"][0]
    assert (first["test"], first["note"]) == ("assert f('ä') == 42", "a.py:1: 41 becomes 42")
    assert first["patch"]["edits"][0]["after"] == "x = 42\n"
    assert dud["findings"]["suspects"] == ["a.py:1 x = 41"]
    plain = parsed(EVERY[4])["attempt"]["proposal"]
    assert (plain["question"], plain["findings"]) == (None, None)


def test_what_is_accepted_has_its_proof_and_a_record_all_its_fields():
    proof = Proof(2, 3, 2, ("hash 1",), (Gate("ruff", ("a.py:1: F401 os",)),), ("a.py:3: x",))
    found = parsed(events.AttemptJudged(1, replace(ACCEPTED, proof=proof)))["attempt"]
    assert found["proof"] == json.loads(json.dumps(asdict(proof)))
    assert parsed(EVERY[4])["attempt"]["proof"] is None
    record = parsed(events.PatchApplied(PATCH, replace(EVIDENCE, question=QUESTION)))["evidence"]
    assert set(record) == {field.name for field in fields(EVIDENCE)}
    assert [option["patch_id"] for option in record["question"]["options"]] == [way.id for way in WAYS]
    assert parsed(EVERY[9])["evidence"]["question"] is None


def test_a_resolution_has_what_is_offered():
    found = parsed(events.TargetResolved(LEFT_OPEN))["resolution"]
    assert [offer["proposal"]["claim"] for offer in found["offers"]] == ["scaffold", "rollback"]
    assert found["offers"][1]["proposal"]["patch_id"] == ROLLBACK.patch.id
    assert parsed(EVERY[8])["resolution"]["offers"] == []
    assert parsed(EVERY[8])["resolution"]["question"] is None


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_what_is_the_generators_own_affair_is_not_told(event):
    assert "of the generator" in str(CANDIDATE.replay)
    assert "of the generator" not in lines(event)[0]


def test_a_resolution_names_its_target_and_its_attempt():
    found = parsed(EVERY[7])["resolution"]
    assert found["conclusion"] == "fixed"
    assert len(found["target_id"]) == 12
    assert found["attempt"]["proposal"]["patch_id"] == PATCH.id
    assert parsed(EVERY[8])["resolution"]["attempt"] is None


@pytest.mark.parametrize("name", ["a\nb.py", 'a"b\\.py', "ü\u2028🐍.py", os.fsdecode(b"latin-\xe9.py"), "\x1b[2J.py"])
def test_any_name_that_a_file_can_have_comes_through(name):
    assert parsed(events.FilesChanged((name,)))["paths"] == [name]
