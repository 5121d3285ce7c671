"""The message of a commit that holds a patch: what it does, which tests it wins, and trailers that lead back. Pure."""

import re

from tddbot.domain import Evidence, Kind
from tddbot.report.words import count, first_few, one_line, visible

LONGEST = 72
"""The most characters of a subject line, as git's own documentation has it."""

_MOST_NAMED = 20
_WITHOUT_WINS = {
    Kind.FIX: "It wins no test.",
    Kind.SCAFFOLD: "What the tests use is there, and yet to be written.",
    Kind.ROLLBACK: "It takes a change back.",
}


def commit_message(evidence: Evidence, version: str) -> str:
    """Return the message, in which nothing that a model wrote can pass for a trailer."""
    by = visible(one_line(evidence.model or evidence.generator))
    trailers = f"Tddbot-Id: {evidence.patch_id}\nAssisted-by: tddbot {version} ({by})"
    return f"{_subject(evidence)}\n\n{_body(evidence)}\n\n{trailers}\n"


def _subject(evidence: Evidence) -> str:
    """The first sentence of the note, cut between words where it is too long."""
    note = visible(one_line(evidence.note, most=2000))
    sentence = re.split(r"(?<=[^.][.!?]) (?=[^a-z])", note, maxsplit=1)[0].rstrip(" .")
    if not sentence:
        return f"Make {count(len(evidence.won), 'test')} green" if evidence.won else "Apply a patch of tddbot"
    if len(sentence) <= LONGEST:
        return sentence
    whole, _, _ = sentence[:LONGEST].rpartition(" ")
    return f"{whole[: LONGEST - 1].rstrip(' ,;:')}…" if whole else f"{sentence[: LONGEST - 1]}…"


def _body(evidence: Evidence) -> str:
    if not evidence.won:
        return _WITHOUT_WINS[evidence.kind]
    wins = "This test is green now:" if len(evidence.won) == 1 else "These tests are green now:"
    return "\n".join([wins, "", *(f"- {node}" for node in first_few(evidence.won, _MOST_NAMED))])
