"""Briefs in one line, and what the offline generator makes of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tddbot.budget import Budget, Ledger
from tddbot.domain import Attempt, Brief, Candidate, Excerpt, Failure, Outcome, Proposal, Result, Role, Target
from tddbot.generator.offline.offline_generator import OfflineGenerator
from tddbot.generator.offline.repair.candidates import Programs
from tddbot.generator.offline.repair.candidates import candidates as trials_of
from tddbot.generator.offline.repair.operators.table import COMMON, RARE, Table
from tddbot.generator.offline.repair.ranking import ranked
from tddbot.generator.offline.syntax import Source, read
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


def rare(
    line: str, head: str = "def f(a, b, n):\n    ", tail: str = "\n", tests: str = "", before: str = ""
) -> list[str]:
    """What far-fetched operators make of one line in a function, best first; the module begins with `before`."""
    return _made(RARE, line, before + head, tail, tests)


def common(
    line: str, head: str = "def f(a, b, n):\n    ", tail: str = "\n", tests: str = "", before: str = ""
) -> list[str]:
    """The same with the common operators."""
    return _made(COMMON, line, before + head, tail, tests)


def _made(table: Table, line: str, head: str, tail: str, tests: str) -> list[str]:
    of = brief(f"{head}{line}{tail}")
    of = replace(of, excerpts=(*of.excerpts, Excerpt("tests/test_calc.py", tests, Role.TEST)))
    source = read(of.sources()[0])
    assert isinstance(source, Source)
    trials = trials_of(ranked([source], [], of, table), Programs(), lambda: True)
    return [after(trial.candidate).removeprefix(head).removesuffix(tail) for trial in trials]
