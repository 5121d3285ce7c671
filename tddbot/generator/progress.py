"""Whether more of the same is of any use. Pure."""

from collections.abc import Sequence

from tddbot.domain import Attempt


def stuck(history: Sequence[Attempt], earlier: Sequence[Attempt] = ()) -> str:  # noqa: ARG001
    """Return in one clause why to move up early, or ""."""
    return ""
