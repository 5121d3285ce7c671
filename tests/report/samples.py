"""One of every event, over one small story."""

from dataclasses import replace
from decimal import Decimal

from tddbot import events
from tddbot.domain import (
    Attempt,
    Candidate,
    Conclusion,
    Dud,
    Edit,
    Evidence,
    Failure,
    Findings,
    Frame,
    Kind,
    Option,
    Outcome,
    Patch,
    Question,
    Resolution,
    Result,
    Ruling,
    Run,
    Target,
    Usage,
    Verdict,
)

RED = "tests/test_a.py::test_a[ü]"
FAILURE = Failure(
    "call", "AssertionError", "assert 41 == 42", (Frame("a.py", 3, "f", (("x", "1"),)),), "long", "42", "41"
)
RUN = Run(
    "tree0123456789abcdef",
    {
        RED: Result(RED, Outcome.FAILED, 0.5, FAILURE),
        "b": Result("b", Outcome.PASSED),
        "c": Result("c", Outcome.SKIPPED),
    },
    seconds=1.25,
    coverage={RED: {"a.py": frozenset({1, 2})}},
)
TARGET = Target("`f` does not do what tests/test_a.py expects", (RUN.results[RED],))
PATCH = Patch((Edit("a.py", "x = 41\n", "x = 42\n"),))
USAGE = Usage(2, 1000, 0, 234, 100, Decimal("0.0125"))
THOUGHT = "The test wants 42.\n\nSo 41 is one too few."
CANDIDATE = Candidate(PATCH, "model", "a.py: 41 becomes 42", USAGE, ({"secret": "of the generator"},), THOUGHT)
FREE = Candidate(PATCH, "offline", "a.py: 41 becomes 42")
DUD = Dud("it refused", "model", USAGE, final=True, replay=({"secret": "of the generator"},))
RUNG = "small, low effort"
ACCEPTED = Attempt(CANDIDATE, RUN, Verdict(Ruling.ACCEPTED, (), (RED,), (), 1), RUNG)
REFUSED = Attempt(DUD, None, Verdict(Ruling.DUD, ("it refused",)), RUNG)
FORBIDDEN = Attempt(FREE, None, Verdict(Ruling.FORBIDDEN, ("conftest.py is a test",)), "offline")
FIXED = Resolution(TARGET, Conclusion.FIXED, "", ACCEPTED, 3, USAGE, 4.2)
GAVE_UP = Resolution(TARGET, Conclusion.GAVE_UP, "none of 3 candidates was accepted", None, 3, USAGE, 4.2)
EVIDENCE = Evidence(
    PATCH.id, (RED,), TARGET.cause, RUN.tree, (RED,), 1, 1, "namespaces", "model", CANDIDATE.note, USAGE, 4.2
)  # fmt: skip
SCAFFOLD = Candidate(
    Patch((Edit("b.py", None, "def g():\n    raise NotImplementedError\n"),)),
    "offline scaffold", "makes b.py with g()",
    replay=({"secret": "of the generator"},), kind=Kind.SCAFFOLD,
)  # fmt: skip
ROLLBACK = Candidate(PATCH.inverse(), "offline rollback", "takes back the change of a.py:1", kind=Kind.ROLLBACK)
SCAFFOLDED = Attempt(SCAFFOLD, RUN, Verdict(Ruling.OFFERED, ("a name is missing yet: t.py::b",)), "offline")
SUGGESTED = Attempt(ROLLBACK, RUN, Verdict(Ruling.OFFERED, (), (RED,)), "offline")
WAYS = tuple(Patch((Edit("a.py", "x = 41\n", f"x = {number}\n"),)) for number in (42, 43))
QUESTION = Question(
    (
        Option(WAYS[0], "a.py:1: 41 becomes 42", "assert f('ä') == 42"),
        Option(WAYS[1], "a.py:1: 41 becomes 43", "with pytest.raises(ValueError):\n    f('ä')"),
    ),
    "f('ä')",
    "tests/test_a.py",
)  # fmt: skip
ASKED = replace(
    REFUSED,
    proposal=Dud(
        "one more test decides it", "offline", replay=({"secret": "of the generator"},), question=QUESTION,
        findings=Findings(("a.py:1 x = 41",), ("f('ä') returned 41",), ("41 becomes 40: f('ä') == 40",)),
    ),
)  # fmt: skip
LEFT_OPEN = replace(GAVE_UP, question=QUESTION, offers=(SCAFFOLDED, SUGGESTED))

EVERY: tuple[events.Event, ...] = (
    events.BaselineStarted(RUN.tree),
    events.BaselineTaken(RUN, (RED,)),
    events.TargetStarted(TARGET),
    events.RungStarted("small, low effort", "model", 1),
    events.AttemptJudged(1, REFUSED),
    events.AttemptJudged(2, FORBIDDEN),
    events.AttemptJudged(3, ACCEPTED),
    events.TargetResolved(FIXED),
    events.TargetResolved(GAVE_UP),
    events.PatchApplied(PATCH, EVIDENCE),
    events.PatchStored(PATCH, EVIDENCE, "the working tree changed"),
    events.FilesChanged(("a.py", "b.py")),
    events.Notice("Mind the gap.", warning=True),
    events.AttemptJudged(4, ASKED),
    events.AttemptJudged(5, SCAFFOLDED),
    events.TargetResolved(LEFT_OPEN),
    events.PatchCommitted(PATCH.id, "0123456789abcdef0123456789abcdef01234567"),
    events.PatchCommitted(PATCH.id, "", "git commit refused: no"),
)
