"""Single-edit repair: a generator that undoes one slip in code that is there. Others try its candidates and judge."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from tddbot.budget import Ledger
from tddbot.domain import Brief, Candidate, Dud, Excerpt, Proposal, Role
from tddbot.generator.offline.candidates import NAME, candidates
from tddbot.generator.offline.ranking import is_suspect, is_traced, ranked
from tddbot.generator.offline.syntax import Source, read
from tddbot.ports import ProposalRequest
from tddbot.protection import protected_as
from tddbot.stop import Stop


class OfflineGenerator:
    """Proposes one change at one place, likeliest first, with no key and no network.

    `protected` are the project's own patterns of paths that no patch may touch.
    """

    def __init__(self, protected: Sequence[str] = ()) -> None:
        self._protected = tuple(protected)

    def propose(self, request: ProposalRequest, ledger: Ledger, stop: Stop) -> Iterator[Proposal]:
        """Yield at most `rung.width` candidates not yet in `history`, or one final dud that says why there is none."""
        brief, rung = request.brief, request.rung

        def may_go_on(_: object = None) -> bool:
            return not stop.is_set() and ledger.exhausted() is None

        if rung.width < 1 or not may_go_on():
            return
        unread: list[str] = []
        files = [excerpt for excerpt in brief.sources() if self._is_open(excerpt)]
        suspects = [excerpt for excerpt in files if is_suspect(excerpt.path, brief)]
        others = [excerpt for excerpt in files if excerpt not in suspects]
        tried = frozenset(each.proposal.patch.id for each in request.history if isinstance(each.proposal, Candidate))
        changes = ranked([*_read(suspects, unread, may_go_on)], _read(others, unread, may_go_on), brief)
        found = False
        for candidate in islice(candidates(changes, tried, may_go_on), rung.width):
            found = True
            yield candidate
        if not found and may_go_on():
            yield Dud(_why_nothing(brief, files, suspects, unread, bool(tried)), NAME, final=True)

    def _is_open(self, excerpt: Excerpt) -> bool:
        return excerpt.path.endswith(".py") and protected_as(excerpt.path, self._protected) is None


def _read(excerpts: Sequence[Excerpt], unread: list[str], may_go_on: Callable[[], bool]) -> Iterator[Source]:
    """Parse the files one by one as they are drawn; why one cannot be parsed goes into `unread`."""
    for excerpt in excerpts:
        if not may_go_on():
            return
        parsed = read(excerpt)
        if isinstance(parsed, str):
            unread.append(parsed)
        else:
            yield parsed


def _why_nothing(
    brief: Brief, files: Sequence[Excerpt], suspects: Sequence[Excerpt], unread: Sequence[str], tried: bool
) -> str:
    if tried:
        return "every single edit of what the red tests ran was tried"
    if not suspects and any(excerpt.role is Role.MISSING for excerpt in brief.excerpts):
        return "a module under test does not exist yet: offline repair only mends code that is there"
    if not files:
        return "no Python file under test may be changed"
    if unread:
        return "; ".join(unread)
    if not suspects and is_traced(brief):
        return "the red tests ran no line of the repository's own code"
    if not suspects:
        return "neither a trace nor a traceback says which lines the red tests ran"
    return "no single edit that offline repair knows applies to the lines that the red tests ran"
