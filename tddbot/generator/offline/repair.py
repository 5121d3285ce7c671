"""Single-edit repair: a generator that undoes one slip in code that is there. Others try its candidates and judge."""

from collections.abc import Callable, Iterator, Sequence

from tddbot.domain import Brief, Excerpt, Proposal, Role
from tddbot.generator.offline.candidates import candidates
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.ranking import is_suspect, is_traced, ranked
from tddbot.generator.offline.syntax import Source, read


def repair(inquiry: Inquiry) -> Iterator[Proposal]:
    """Yield candidates that change one place, likeliest first, none of them tried before."""
    brief = inquiry.brief
    unread: list[str] = []
    files = [excerpt for excerpt in brief.sources() if inquiry.is_open(excerpt)]
    suspects = [excerpt for excerpt in files if is_suspect(excerpt.path, brief)]
    others = [excerpt for excerpt in files if excerpt not in suspects]
    go_on = inquiry.may_go_on
    changes = ranked([*_read(suspects, unread, go_on)], _read(others, unread, go_on), brief)
    found = False
    for candidate in candidates(changes, inquiry.tried, go_on):
        found = True
        yield candidate
    if not found:
        inquiry.reasons.append(_why_nothing(brief, files, suspects, unread, bool(inquiry.tried)))


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
