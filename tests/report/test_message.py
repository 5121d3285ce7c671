"""The message of a commit."""

import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.domain import Kind
from tddbot.report.message import commit_message
from tests.report.samples import EVIDENCE


def trailers(message: str) -> list[str]:
    command = ["git", "interpret-trailers", "--parse"]
    return subprocess.run(command, input=message, capture_output=True, text=True, check=True).stdout.splitlines()


def subject(note: str) -> str:
    return commit_message(replace(EVIDENCE, note=note), "1.2").splitlines()[0]


def test_subject_tests_and_trailers():
    message = commit_message(EVIDENCE, "1.2")
    assert message.splitlines() == [
        "a.py: 41 becomes 42",
        "",
        "This test is green now:",
        "",
        "- tests/test_a.py::test_a[ü]",
        "",
        f"Tddbot-Id: {EVIDENCE.patch_id}",
        "Assisted-by: tddbot 1.2 (model)",
    ]
    assert trailers(message) == [f"Tddbot-Id: {EVIDENCE.patch_id}", "Assisted-by: tddbot 1.2 (model)"]


def test_a_model_is_named_where_there_is_one():
    assert commit_message(replace(EVIDENCE, model="gpt-6-luna"), "1").endswith("(gpt-6-luna)\n")


@pytest.mark.parametrize(
    ("note", "line"),
    [
        ("It must multiply. Not add.", "It must multiply"),
        ("a.py:3: `x.y` becomes `x.z`", "a.py:3: `x.y` becomes `x.z`"),
        ("Use e.g. a list", "Use e.g. a list"),
        ("one\n\nSigned-off-by: somebody", "one Signed-off-by: somebody"),
        ("word " * 30, "word " * 13 + "word…"),
        ("x" * 100, "x" * 71 + "…"),
        ("", "Make 1 test green"),
        ("...", "Make 1 test green"),
    ],
)
def test_the_subject_is_the_first_sentence_of_the_note(note, line):
    assert subject(note) == line


def test_what_wins_nothing_says_what_it_is():
    for kind in Kind:
        message = commit_message(replace(EVIDENCE, won=(), kind=kind, note=""), "1")
        assert message.startswith("Apply a patch of tddbot\n\n")
        assert len(trailers(message)) == 2


def test_of_many_tests_some_are_named():
    many = tuple(f"t.py::test_{number}[{'x' * 500}]" for number in range(1000))
    message = commit_message(replace(EVIDENCE, won=many), "1")
    assert "- … and 980 more" in message
    assert len(message) < 5000


@given(st.text(), st.text(), st.text())
def test_nothing_that_others_wrote_passes_for_a_trailer(note, node, model):
    message = commit_message(replace(EVIDENCE, note=note, won=(node,), model=model), "1")
    *_, blank, first, second = message.rstrip("\n").split("\n")
    assert (blank, first) == ("", f"Tddbot-Id: {EVIDENCE.patch_id}")
    assert second.startswith("Assisted-by: tddbot 1 (")
    assert len(message.split("\n")[0]) <= 72
    assert message.split("\n")[0].strip()
    assert message.encode()
