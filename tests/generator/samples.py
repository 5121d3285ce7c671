"""Small values that the tests of the generator share."""

from collections.abc import Callable
from decimal import Decimal

from tddbot.domain import (
    Attempt,
    Brief,
    Candidate,
    Dud,
    Edit,
    Excerpt,
    Failure,
    Frame,
    Outcome,
    Patch,
    Proposal,
    Result,
    Role,
    Ruling,
    Run,
    Target,
    Verdict,
)
from tddbot.generator.prompt.thread import Answered, Judged, Thread, thread_of
from tddbot.ports import Rung

NODE = "tests/test_calc.py::test_double"
TEST_TEXT = "from calc import double\n\n\ndef test_double():\n    assert double(3) == 6\n"
SOURCE = "def double(x):\n    return x + 1\n"
RUNG = Rung("small, low effort", "model", role="small", effort="low", rounds=2)
PRICES = {"gpt-6-luna": (Decimal(1), Decimal("0.1"), Decimal(10))}

WRONG = "It adds one.\n\ncalc.py\n```python\ndef double(x):\n    return x + 2\n```\n"
RIGHT = "It must multiply.\n\ncalc.py\n```python\ndef double(x):\n    return x * 2\n```\n"


def failure(actual: str = "4") -> Failure:
    frames = (
        Frame("/usr/lib/python3/site-packages/pluggy.py", 7, "call", (("secret_of_a_library", "1"),)),
        Frame("tests/test_calc.py", 5, "test_double", (("x", f"<Thing at 0x7f00dead{actual}>"),)),
    )
    return Failure("call", "AssertionError", f"assert {actual} == 6", frames, expected="6", actual=actual)


def red(node_id: str = NODE, actual: str = "4") -> Result:
    return Result(node_id, Outcome.FAILED, 0.01, failure(actual))


def brief(source: str = SOURCE, *more: Excerpt, path: str = "calc.py") -> Brief:
    excerpts = (Excerpt(path, source, Role.SOURCE), Excerpt("tests/test_calc.py", TEST_TEXT, Role.TEST), *more)
    return Brief(Target("AssertionError in double", (red(),)), excerpts)


def attempt(proposal: Proposal, actual: str = "5", *reasons: str) -> Attempt:
    run = Run("tree", {NODE: red(actual=actual)})
    return Attempt(proposal, run, Verdict(Ruling.STILL_RED, reasons or ("the target is still red",)))


def nothing(path: str) -> bytes | None:
    """A repository without files."""
    return None


def reading(**files: str) -> Callable[[str], bytes | None]:
    """A repository's `read` over texts by path, with `__` for a slash and `_py` for the suffix."""
    known = {name.replace("__", "/").replace("_py", ".py"): text.encode() for name, text in files.items()}
    return known.get


def answered(actual: str = "5", after: str = "wrong", note: str = "It adds one.", thread: Thread = ()) -> Attempt:
    """An answer of the model to `thread`, tried; `after` is what its patch makes of calc.py."""
    replay = (*thread, Answered(({"role": "assistant", "content": after},)))
    return attempt(Candidate(Patch((Edit("calc.py", SOURCE, after),)), "model:m", note, replay=replay), actual)


def dud(reason: str = "no path", thread: Thread = ()) -> Attempt:
    """An answer of the model to `thread` that could not be used."""
    replay = (*thread, Answered(({"role": "assistant", "content": "nothing"},)))
    return Attempt(Dud(reason, "model:m", replay=replay), None, Verdict(Ruling.DUD, (reason,)))


def then(attempt: Attempt) -> Thread:
    """What a repair of the attempt answers to."""
    return (*thread_of(attempt.proposal.replay), Judged("red yet"))
