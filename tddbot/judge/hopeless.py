"""Targets that no patch can win, found before anything is spent on them."""

from tddbot import protection
from tddbot.domain import Failure, Target


def hopeless(target: Target) -> str | None:
    """Say why no patch can win the target, or None where one might.

    A test file that does not parse is its author's to mend: no patch may touch it.
    """
    for result in target.results:
        if result.failure is not None and (path := _unparsable_test(result.failure)):
            said = result.failure.message.strip().splitlines()[-1]
            return f"{path} does not parse ({said}): mend it yourself, for no patch may touch a test"
    return None


def _unparsable_test(failure: Failure) -> str | None:
    if failure.kind not in ("SyntaxError", "IndentationError", "TabError") or not failure.frames:
        return None
    last = failure.frames[-1]
    return f"{last.path}:{last.line}" if protection.is_test(last.path) else None
