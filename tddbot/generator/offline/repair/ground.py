"""The files that one repair may change, and the candidates that they make."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

from tddbot.domain import Brief, Excerpt, Outcome, Role
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.repair.candidates import Programs, Trial, candidates
from tddbot.generator.offline.repair.mending import mended
from tddbot.generator.offline.repair.operators.table import COMMON, Table
from tddbot.generator.offline.repair.ranking import is_suspect, is_traced, ranked
from tddbot.generator.offline.repair.recent import Recent, recent
from tddbot.generator.offline.syntax import Source, read

_UNREADABLE = ("SyntaxError", "IndentationError", "TabError")


class Ground:
    """What there is to try for an inquiry; files are read once, as they are needed."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._unread: list[str] = []
        self._others: list[Source] = []
        self._programs = Programs()
        files = [excerpt for excerpt in inquiry.brief.sources() if inquiry.is_open(excerpt)]
        self._files = files
        self._suspects = [excerpt for excerpt in files if is_suspect(excerpt.path, inquiry.brief)]
        self._rest = self._read(excerpt for excerpt in files if excerpt not in self._suspects)

    @property
    def is_endless(self) -> bool:
        """Whether a test of the target took too long."""
        return any(result.outcome is Outcome.TIMEOUT for result in self._inquiry.brief.target.results)

    def trials(self, table: Table) -> Iterator[Trial]:
        """Yield the candidates that the operators of a table make, none that another call has yielded."""
        inquiry = self._inquiry
        if not self._sources and table is COMMON and _is_unreadable(inquiry.brief):
            yield from chain.from_iterable(mended(each, inquiry.may_go_on) for each in self._files)
            return
        others = chain(self._others, self._kept(self._rest))
        changes = ranked(self._sources, others, inquiry.brief, table, self._recent)
        yield from candidates(changes, self._programs, inquiry.may_go_on)

    def why_nothing(self) -> str:
        """Say in one clause why there are no candidates."""
        brief = self._inquiry.brief
        if not self._suspects and any(excerpt.role is Role.MISSING for excerpt in brief.excerpts):
            return "a module under test does not exist yet: offline repair only mends code that is there"
        if not self._files:
            return "no Python file under test may be changed"
        if self._unread:
            return "; ".join(self._unread)
        if not self._suspects and is_traced(brief):
            return "the red tests ran no line of the repository's own code"
        if not self._suspects:
            return "neither a trace nor a traceback says which lines the red tests ran"
        return "no single edit that offline repair knows applies to the lines that the red tests ran"

    @cached_property
    def _sources(self) -> Sequence[Source]:
        return [*self._read(iter(self._suspects))]

    @cached_property
    def _recent(self) -> Recent:
        return recent(self._inquiry.request.past())

    def _read(self, excerpts: Iterator[Excerpt]) -> Iterator[Source]:
        """Parse the files one by one as they are drawn; why one cannot be parsed is kept."""
        for excerpt in excerpts:
            if not self._inquiry.may_go_on():
                return
            found = read(excerpt)
            if isinstance(found, str):
                self._unread.append(found)
            else:
                yield found

    def _kept(self, sources: Iterator[Source]) -> Iterator[Source]:
        for source in sources:
            self._others.append(source)
            yield source


def _is_unreadable(brief: Brief) -> bool:
    """Whether a red test failed since a file does not parse."""
    failures = [result.failure for result in brief.target.results if result.failure is not None]
    return any(each.kind in _UNREADABLE or each.phase == "collect" for each in failures)
