"""One of every event, over one small story."""

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
    Frame,
    Outcome,
    Patch,
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
)
