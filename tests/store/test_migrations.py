"""Every historical schema, as a literal dump in schemas/, comes up to date with its rows intact."""

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from tddbot.domain import Usage
from tddbot.errors import UnfitError
from tddbot.store.migrations import MIGRATIONS, migrate, version
from tddbot.store.sqlite_store import SqliteStore

DUMPS = sorted((Path(__file__).parent / "schemas").glob("*.sql"), key=lambda path: int(path.stem))


def schema(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").fetchall()


@pytest.fixture
def connection():
    made = sqlite3.connect(":memory:", isolation_level=None)
    yield made
    made.close()


@pytest.fixture
def fresh():
    made = sqlite3.connect(":memory:", isolation_level=None)
    migrate(made)
    yield schema(made)
    made.close()


def test_every_schema_has_its_dump():
    assert [int(path.stem) for path in DUMPS] == list(range(1, len(MIGRATIONS) + 1))


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_an_old_database_comes_up_to_date_with_its_rows(dump, tmp_path, fresh):
    made = sqlite3.connect(tmp_path / "store.sqlite3")
    made.executescript(dump.read_text())
    assert version(made) == int(dump.stem)
    made.close()
    with SqliteStore.open(tmp_path) as store:
        with store._database.reading() as connection:
            assert schema(connection) == fresh
            assert version(connection) == len(MIGRATIONS)
        (stored,) = store.log()
        assert stored.patch.edits[0].after == "def f():\r\n    return 'é'\r\n"
        assert stored == store.last_applied() == store.patch(stored.patch.id[:3])
        assert stored.evidence.patch_id == stored.patch.id
        assert dict(store.last_outcomes()) == store.outcomes_on("tree1") == {"tests/test_a.py::test_a": "failed"}
        assert [attempt.note for attempt in store.attempts_of("target1")] == ["puts it right", "no answer"]
        (spent,) = store.purse(None).in_all()
        assert (spent.generator, spent.settled.usd, spent.settled.calls) == ("model", Decimal("0.02"), 2)
        (ending,) = store.endings()
        assert (ending.conclusion, ending.usage.usd) == ("fixed", Decimal("0.02"))


def test_a_sum_that_was_unknown_becomes_calls_without_a_price(tmp_path):
    """What stands beside it, lone surrogates included, is as it was."""
    made = sqlite3.connect(tmp_path / "store.sqlite3")
    made.executescript((Path(__file__).parent / "schemas" / "2.sql").read_text().replace('"usd":"0.01"', '"usd":null'))
    odd = "UPDATE evidence SET content = replace(content, 'puts it right', '\\udcff \\\\ \\\" é')"
    made.execute(odd)
    made.commit()
    made.close()
    with SqliteStore.open(tmp_path) as store:
        (spent,) = store.purse(None).in_all()
        assert spent.settled == Usage(2, 200, 100, 40, 20, unpriced_calls=2)
        assert [attempt.usage.unpriced_calls for attempt in store.attempts_of("target1")] == [1, 1]
        (stored,) = store.log()
        assert (stored.evidence.usage.unpriced_calls, stored.evidence.note) == (1, '\udcff \\ " é')


def test_attempts_belong_to_the_end_that_came_next(tmp_path):
    made = sqlite3.connect(tmp_path / "store.sqlite3")
    made.executescript((Path(__file__).parent / "schemas" / "2.sql").read_text().replace("d34917093482", "target1"))
    made.close()
    with SqliteStore.open(tmp_path) as store:
        (ending,) = store.endings()
        assert [(rung, usage.calls) for rung, usage in ending.rungs] == [("", 2)]


def test_migrating_twice_does_nothing(connection):
    migrate(connection)
    before = schema(connection)
    migrate(connection)
    assert schema(connection) == before


def test_a_failed_migration_leaves_the_old_schema(connection):
    connection.execute("CREATE TABLE resolutions (foreign_to_us)")
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection)
    assert version(connection) == 0
    assert [row[1] for row in schema(connection)] == ["resolutions"]


def test_a_newer_database_is_refused_and_left_alone(tmp_path):
    SqliteStore.open(tmp_path).close()
    file = tmp_path / "store.sqlite3"
    made = sqlite3.connect(file)
    made.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    made.commit()
    made.close()
    before = file.read_bytes()
    with pytest.raises(UnfitError, match="newer tddbot") as caught:
        SqliteStore.open(tmp_path)
    assert "Upgrade" in caught.value.hint
    assert file.read_bytes() == before
