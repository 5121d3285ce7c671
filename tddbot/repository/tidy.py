"""Removing what piles up in tddbot's own directory: leftovers of snapshots and commits, and objects long unused."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

SNAPSHOT_SECONDS = 3600.0
OBJECT_SECONDS = 14 * 86400.0


def tidy(state: Path) -> None:
    """Remove what snapshots and commits left over an hour ago, and objects that no snapshot of 14 days needed.

    Git touches an object that it would write again, so the age of its file tells when it was last needed.
    """
    for pattern in ("snapshot-*", "commit-*"):
        for directory in _older(state.glob(pattern), SNAPSHOT_SECONDS):
            shutil.rmtree(directory, ignore_errors=True)
    for file in _older((state / "objects").glob("[0-9a-f][0-9a-f]/*"), OBJECT_SECONDS):
        file.unlink(missing_ok=True)


def _older(paths: Iterator[Path], seconds: float) -> Iterator[Path]:
    limit = time.time() - seconds
    for path in paths:
        try:
            old = path.stat().st_mtime < limit
        except FileNotFoundError:
            continue
        if old:
            yield path
