"""A store in a temporary directory, with a clock that moves one second a call."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tddbot.store.sqlite_store import SqliteStore

NOON = datetime(2030, 1, 2, 12, tzinfo=UTC)


def ticking() -> Callable[[], datetime]:
    moments = (NOON + timedelta(seconds=second) for second in range(10**9))
    return lambda: next(moments)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "git dir" / "tddbot"


@pytest.fixture
def store(state: Path) -> Iterator[SqliteStore]:
    with SqliteStore.open(state, ticking()) as opened:
        yield opened
