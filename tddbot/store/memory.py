"""The Memory port on SQLite: what was once found out about a model behind a server."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tddbot.store.codec import from_column, to_column
from tddbot.store.database import Database
from tddbot.store.rows import microseconds


class SqliteMemory:
    """Facts as rows of the store, one for each name; every method may be called from any thread of any process.

    A server is its address: what in it may be a password (a user's part, a query) is neither kept nor looked for. Both
    methods raise UnfitError where the disk or the file fails.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def facts(self, server: str, model: str) -> Mapping[str, Any]:
        """Return what is known, as plain JSON values by name; what is damaged is as if it had never been learned."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT name, value FROM facts WHERE server = ? AND model = ?",
                (to_column(_address(server)), to_column(model)),
            ).fetchall()
        return dict(_readable(rows))

    def learn(self, server: str, model: str, facts: Mapping[str, Any]) -> None:
        """Keep these facts, beside those of other names; one of the same name is replaced."""
        if not facts:
            return
        where = (to_column(_address(server)), to_column(model))
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO facts (server, model, name, value, created) VALUES (?, ?, ?, ?, ?)",
                (
                    (*where, to_column(name), json.dumps(value), microseconds(self._now()))
                    for name, value in facts.items()
                ),
            )


def _readable(rows: list[tuple[Any, Any]]) -> Iterator[tuple[str, Any]]:
    for name, value in rows:
        try:
            yield from_column(name), json.loads(value)
        except (ValueError, TypeError, RecursionError):
            continue


def _address(server: str) -> str:
    return re.sub(r"//[^/?#]*@", "//", server).partition("?")[0]
