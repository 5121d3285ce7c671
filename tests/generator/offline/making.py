"""Briefs in one line, and what the offline generator makes of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tddbot.budget import Budget, Ledger
from tddbot.domain import Attempt, Brief, Candidate, Excerpt, Failure, Outcome, Proposal, Result, Role, Target
from tddbot.generator.offline.offline_generator import OfflineGenerator
from tddbot.ports import ProposalRequest, Rung
from tddbot.stop import Stop

PATH = "calc.py"
PLENTY = 100_000


def brief(
    text: str,
    red: Iterable[int] | None = None,
    green: Mapping[int, int] | None = None,
    failure: Failure | None = None,
    encoding: str = "utf-8",
) -> Brief:
    """One source file and one red test that ran the lines `red`, or all of them."""
    lines = frozenset(range(1, len(text.splitlines()) + 1) if red is None else red)
    result = Result("tests/test_calc.py::test_it", Outcome.FAILED, failure=failure)
    source = Excerpt(PATH, text, Role.SOURCE, encoding)
    return Brief(Target("calc", (result,)), (source,), {PATH: lines}, {PATH: green or {}})


def propose(
    of: Brief,
    width: int = PLENTY,
    history: Sequence[Attempt] = (),
    protected: Sequence[str] = (),
    ledger: Ledger | None = None,
    stop: Stop | None = None,
) -> Iterator[Proposal]:
    rung = Rung("offline", "offline", width=width)
    request = ProposalRequest(of, rung, tuple(history))
    return OfflineGenerator(protected).propose(request, ledger or Ledger(Budget()), stop or Stop())


def candidates(of: Brief, width: int = PLENTY) -> list[Candidate]:
    return [each for each in propose(of, width) if isinstance(each, Candidate)]


def after(candidate: Candidate) -> str:
    text = candidate.patch.edits[0].after
    assert text is not None
    return text


def afters(text: str, **given: object) -> list[str]:
    return [after(each) for each in candidates(brief(text, **given))]  # type: ignore[arg-type]


def bodies(line: str, head: str = "def f(a, b, n):\n    ", tail: str = "\n") -> list[str]:
    """What becomes of one line in a function, best first."""
    return [text.removeprefix(head).removesuffix(tail) for text in afters(f"{head}{line}{tail}")]
