"""Which entries of a traceback lie in the project, and which of them in its source rather than its tests."""

from functools import lru_cache

from tddbot import protection
from tddbot.domain import Failure, Frame, NodeId

_INSTALLED = ("site-packages", "dist-packages")

is_test = lru_cache(maxsize=8192)(protection.is_test)
"""protection.is_test, remembered: ten thousand tracebacks name the same few files."""


def file_of(node_id: NodeId) -> str:
    """Return the path in front of a node ID's first `::`; a file that could not be collected is its own path."""
    return node_id.partition("::")[0]


@lru_cache(maxsize=8192)
def in_project(path: str) -> bool:
    """Whether a frame's path is one of the repository's own files, and no package installed inside it."""
    return not path.startswith(("/", "<")) and not is_installed(path)


def is_installed(path: str) -> bool:
    """Whether a frame's path lies in an installed package."""
    return any(part in _INSTALLED for part in path.split("/"))


def project_frames(failure: Failure) -> tuple[Frame, ...]:
    """Return the frames that lie in the project, outermost first."""
    return tuple(frame for frame in failure.frames if in_project(frame.path))


def source_frames(failure: Failure) -> tuple[Frame, ...]:
    """Return the project's frames that are no test's, outermost first."""
    return tuple(frame for frame in project_frames(failure) if not is_test(frame.path))
