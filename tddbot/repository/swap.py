"""Compare-and-swap of one file's content, the only door through which anything is written to the working tree."""

import errno
import os
from pathlib import Path

from tddbot.repository import worktree

_NO_HARD_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def holds(root: Path, path: str, content: bytes | None) -> bool:
    """Whether `path` holds exactly `content` (None: is absent), reached through plain directories only."""
    return worktree.obstacle(root, path) is None and worktree.load(root / path) == content


def swap(root: Path, path: str, expected: bytes | None, temporary: Path | None) -> bool:
    """Put `temporary` (None: nothing) in place of `expected`; where that is not there, change nothing, return False."""
    if not holds(root, path, expected):
        return False
    target = root / path
    if temporary is None:
        target.unlink(missing_ok=expected is None)
    elif expected is None:
        return _create(temporary, target)
    else:
        os.replace(temporary, target)
    return True


def _create(temporary: Path, target: Path) -> bool:
    """Give a file its name unless the name is taken; a rename would overwrite."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        return _claim(temporary, target)
    temporary.unlink()
    return True


def _claim(temporary: Path, target: Path) -> bool:
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    os.replace(temporary, target)
    return True
