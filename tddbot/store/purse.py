"""The Purse port on SQLite: what all processes spend on a repository in one day, counted before it goes."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal

from tddbot.domain import Usage
from tddbot.store.codec import from_json, to_column, to_json
from tddbot.store.database import Database
from tddbot.store.records import StoredSpend
from tddbot.store.rows import EPOCH, microseconds, stored_spend


class SqlitePurse:
    """Reservations and bills as rows of the store; every method may be called from any thread of any process.

    A call belongs to the day (UTC) on which it was reserved. What is never settled, since its process was killed, stays
    charged at its worst. A call of unknown price counts 0 against `usd_per_day`, and None is no limit; the rows are
    kept all the same. Every method raises UnfitError where the disk or the file fails.
    """

    def __init__(self, database: Database, usd_per_day: Decimal | None, now: Callable[[], datetime]) -> None:
        self._database = database
        self._usd_per_day = usd_per_day
        self._now = now

    def reserve(self, worst: Usage, generator: str, target_id: str) -> int | str:
        """Set `worst` aside and return its number, or say in one clause that the day's limit refuses it."""
        with self._database.writing() as connection:
            now = self._now()
            if refusal := self._refusal(connection, now, worst):
                return refusal
            number = connection.execute(
                "INSERT INTO spend (target_id, generator, usage, created, state) VALUES (?, ?, ?, ?, 'reserved')",
                (target_id, to_column(generator), to_json(worst), microseconds(now)),
            ).lastrowid
        assert number is not None
        return number

    def settle(self, number: int, bill: Usage) -> None:
        """Turn a reservation into the actual bill. Raise LookupError where nothing is reserved by this number."""
        with self._database.writing() as connection:
            changed = connection.execute(
                "UPDATE spend SET usage = ?, state = 'settled' WHERE id = ? AND state = 'reserved'",
                (to_json(bill), number),
            ).rowcount
            if not changed:
                raise LookupError(f"nothing is reserved as {number}")

    def today(self) -> tuple[StoredSpend, ...]:
        """Return what was spent and is reserved today (UTC), by generator."""
        return self._since(day_of(self._now()))

    def in_all(self) -> tuple[StoredSpend, ...]:
        """Return what was spent and is reserved since the store was made, by generator."""
        return self._since(EPOCH)

    def _since(self, moment: datetime) -> tuple[StoredSpend, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT generator, state, usage FROM spend WHERE created >= ?", (microseconds(moment),)
            ).fetchall()
            return stored_spend(rows)

    def _refusal(self, connection: sqlite3.Connection, now: datetime, worst: Usage) -> str | None:
        if self._usd_per_day is None:
            return None
        rows = connection.execute("SELECT usage FROM spend WHERE created >= ?", (microseconds(day_of(now)),))
        taken = sum((from_json(row[0], Usage).usd for row in rows), Decimal(0))
        if taken + worst.usd <= self._usd_per_day:
            return None
        return (
            f"the next call could pass the limit of {self._usd_per_day.normalize():f} USD for one day in this"
            f" repository ({taken:.2f} spent or reserved)"
        )


def day_of(moment: datetime) -> datetime:
    """Return the moment at which the UTC day of `moment` began."""
    return datetime.combine(moment.astimezone(UTC), time(), UTC)
