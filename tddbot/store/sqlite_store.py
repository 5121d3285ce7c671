"""The Store port on SQLite: runs and their outcomes, patches, attempts, spend, evidence and resolutions."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from tddbot.domain import (
    Attempt,
    Candidate,
    Dud,
    Ending,
    Evidence,
    NodeId,
    Outcome,
    Patch,
    Proposal,
    Question,
    Resolution,
    Ruling,
    Run,
)
from tddbot.errors import UsageError
from tddbot.store.codec import from_column, to_column, to_json
from tddbot.store.database import Database
from tddbot.store.memory import SqliteMemory
from tddbot.store.purse import SqlitePurse
from tddbot.store.records import PatchState, StoredAttempt, StoredEnding, StoredOption, StoredPatch
from tddbot.store.rows import microseconds, stored_attempt, stored_endings, stored_patch

KEPT_RUNS = 50
"""The newest runs whose outcomes are kept; a test's last outcome is kept for good."""

FLAKY_DAYS = 7
"""For so long a test that flickered is taken to be flaky; it may have been mended since."""

_SELECT_PATCH = (
    "SELECT p.content, coalesce(a.state, p.state), p.note, p.created, e.content, o.content FROM patches p"
    " LEFT JOIN evidence e ON e.patch_id = p.id LEFT JOIN options o ON o.patch_id = p.id"
    " LEFT JOIN applications a ON a.patch_id = p.id AND a.worktree = ?1"
)


_SELECT_ATTEMPT = "SELECT target_id, generator, patch_id, note, verdict, usage, rung, reasoning, created FROM attempts"


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteStore:
    """tddbot's memory. Every method may be called from any thread, and is on disk when it returns.

    Any of them raises UnfitError where the disk or the file fails. Whether a patch is applied or undone is kept, and
    told, for one worktree alone; all else is shared. While `is_replay` is set, no end of a target is one that money was
    spent on.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = _now, worktree: str = "") -> None:
        self.is_replay = False
        self._database = database
        self._now = now
        self._worktree = to_column(worktree)

    @classmethod
    def open(cls, state: Path, now: Callable[[], datetime] = _now, worktree: str = "") -> Self:
        """Open `state`/store.sqlite3 for a worktree ("" is the main one), made or brought up to date.

        Raise UnfitError where it is damaged or newer.
        """
        return cls(Database(state / "store.sqlite3"), now, worktree)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # Runs.

    def record_run(self, run: Run) -> None:
        """Keep the outcomes of a run. The last outcomes follow unless it was cancelled, or was no baseline."""
        rows = [(to_column(node), result.outcome.value, result.seconds) for node, result in run.results.items()]
        is_baseline = run.patch_id is None and run.ending is not Ending.CANCELLED
        with self._database.writing() as connection:
            number = connection.execute(
                "INSERT INTO runs (tree, ending, detail, jail, seconds, created) VALUES (?, ?, ?, ?, ?, ?)",
                (run.tree, run.ending.value, to_column(run.detail), to_column(run.jail), run.seconds, self._moment()),
            ).lastrowid
            connection.executemany(
                "INSERT INTO tests (node_id) VALUES (?) ON CONFLICT DO NOTHING", ((row[0],) for row in rows)
            )
            connection.executemany(
                "INSERT INTO outcomes (run_id, test_id, outcome, seconds)"
                " SELECT ?, id, ?, ? FROM tests WHERE node_id = ?",
                ((number, outcome, seconds, node) for node, outcome, seconds in rows),
            )
            if is_baseline:
                connection.executemany(
                    "UPDATE tests SET outcome = ?, tree = ? WHERE node_id = ?",
                    ((outcome, run.tree, node) for node, outcome, _ in rows),
                )
            _prune(connection)

    def last_outcomes(self) -> Mapping[NodeId, Outcome]:
        """Return each node ID's outcome when it was last seen in a baseline."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT node_id, outcome FROM tests WHERE outcome IS NOT NULL ORDER BY id")
            return {from_column(node): Outcome(outcome) for node, outcome in rows}

    def green_tree(self, nodes: Collection[NodeId]) -> str | None:
        """Return the tree of the newest kept run in which all of these tests were green, or None.

        For a file that could not be collected (a node ID without `::`), some test of it was green then, and none red.
        """
        with self._database.reading() as connection:
            wanted = [_numbers(connection, node) for node in nodes]
            if not wanted or not all(wanted):
                return None
            runs = connection.execute(
                "SELECT id, tree FROM runs WHERE ending = ? ORDER BY id DESC", (Ending.COMPLETE.value,)
            )
            were_green = (tree for run, tree in runs if all(_was_green(connection, run, tests) for tests in wanted))
            return next(were_green, None)

    def record_flaky(self, nodes: Collection[NodeId]) -> None:
        """Keep that these tests came out green and red on one and the same tree."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT INTO tests (node_id, flickered) VALUES (?1, ?2)"
                " ON CONFLICT (node_id) DO UPDATE SET flickered = ?2",
                ((to_column(node), self._moment()) for node in nodes),
            )

    def flaky(self) -> frozenset[NodeId]:
        """Return the tests that have flickered within the last seven days."""
        since = self._moment() - FLAKY_DAYS * 86_400_000_000
        with self._database.reading() as connection:
            rows = connection.execute("SELECT node_id FROM tests WHERE flickered > ?", (since,))
            return frozenset(from_column(node) for (node,) in rows)

    def forget(self, nodes: Collection[NodeId]) -> None:
        """Take these as never seen: the next baseline's reds among them are news again."""
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE tests SET outcome = NULL, tree = NULL WHERE node_id = ?", ((to_column(node),) for node in nodes)
            )

    def outcomes_on(self, tree: str) -> Mapping[NodeId, Outcome] | None:
        """Return the outcomes of the newest complete run on a tree, or None where none is kept."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT max(id) FROM runs WHERE tree = ? AND ending = ?", (tree, Ending.COMPLETE.value)
            ).fetchone()
            if row[0] is None:
                return None
            rows = connection.execute(
                "SELECT node_id, o.outcome FROM outcomes o JOIN tests ON test_id = id WHERE run_id = ?", row
            )
            return {from_column(node): Outcome(outcome) for node, outcome in rows}

    # Patches.

    def save_patch(self, patch: Patch, note: str) -> None:
        """Keep a patch before anything else happens to it; saving the same patch again changes nothing."""
        with self._database.writing() as connection:
            self._save_patch(connection, patch, note)

    def mark(self, patch_id: str, state: str) -> None:
        """Set a patch's state: stored or proven, or in this worktree applied or undone.

        Raise LookupError where it was never saved.
        """
        wanted = PatchState(state)
        with self._database.writing() as connection:
            if not connection.execute("SELECT 1 FROM patches WHERE id = ?", (patch_id,)).fetchone():
                raise LookupError(f"no patch {patch_id} was saved")
            if wanted in (PatchState.APPLIED, PatchState.UNDONE):
                connection.execute(
                    "INSERT OR REPLACE INTO applications (patch_id, worktree, state, moved, moment)"
                    " SELECT ?, ?, ?, coalesce(max(moved), 0) + 1, ? FROM applications",
                    (patch_id, self._worktree, wanted.value, self._moment()),
                )
                return
            connection.execute("UPDATE patches SET state = ? WHERE id = ?", (wanted.value, patch_id))
            connection.execute(
                "DELETE FROM applications WHERE patch_id = ? AND worktree = ?", (patch_id, self._worktree)
            )

    def record_evidence(self, evidence: Evidence) -> None:
        """Keep the record of a patch that was accepted or is offered; a newer record replaces an older one.

        The patch must have been saved.
        """
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO evidence (patch_id, content, created) VALUES (?, ?, ?)",
                (evidence.patch_id, to_json(evidence), self._moment()),
            )

    def patch(self, id_prefix: str) -> StoredPatch | None:
        """Return the one patch whose ID begins so, or None. Raise UsageError where there are several."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_SELECT_PATCH} WHERE substr(p.id, 1, length(?2)) = ?2 ORDER BY p.rowid DESC",
                (self._worktree, id_prefix.lower()),
            ).fetchall()
            found = [stored_patch(row) for row in rows]
        if len(found) > 1:
            names = ", ".join(one.patch.id for one in found[:5]) + (", …" if len(found) > 5 else "")
            raise UsageError(
                f"{len(found)} patches begin with {id_prefix!r}: {names}.", "Give more of the ID's digits."
            )
        return found[0] if found else None

    def last_applied(self) -> StoredPatch | None:
        """Return the patch that was applied last in this worktree and is not undone, or None."""
        return next(iter(self.applied()), None)

    def applied(self) -> tuple[StoredPatch, ...]:
        """Return the patches that are applied in this worktree, the last one first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_SELECT_PATCH} WHERE a.state = ?2 ORDER BY a.moved DESC", (self._worktree, PatchState.APPLIED.value)
            ).fetchall()
            return tuple(stored_patch(row) for row in rows)

    def log(self, limit: int = 20) -> tuple[StoredPatch, ...]:
        """Return the patches saved last, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_SELECT_PATCH} ORDER BY p.rowid DESC LIMIT ?2", (self._worktree, limit)
            ).fetchall()
            return tuple(stored_patch(row) for row in rows)

    # Attempts and resolutions.

    def record_attempt(self, target_id: str, attempt: Attempt) -> None:
        """Keep an attempt, its verdict and its bill; its patch too, or those that it asks about, with what it asks.

        What is spent is not counted here but by the purse, since calls may come to no attempt.
        """
        proposal = attempt.proposal
        with self._database.writing() as connection:
            patch_id = self._patch_of(connection, proposal)
            if isinstance(proposal, Dud) and proposal.question:
                self._save_options(connection, proposal.question)
            connection.execute(
                "INSERT INTO attempts (target_id, generator, patch_id, note, ruling, verdict, usage, rung, reasoning,"
                " created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    target_id, to_column(proposal.generator), patch_id, to_column(_note(proposal)),
                    attempt.verdict.ruling.value, to_json(attempt.verdict), to_json(proposal.usage),
                    to_column(attempt.rung), to_column(proposal.reasoning), self._moment(),
                ),
            )  # fmt: skip

    def attempts_of(self, target_id: str) -> tuple[StoredAttempt, ...]:
        """Return the attempts at a target, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(f"{_SELECT_ATTEMPT} WHERE target_id = ? ORDER BY id", (target_id,)).fetchall()
            return tuple(stored_attempt(row) for row in rows)

    def attempt_with(self, patch_id: str) -> StoredAttempt | None:
        """Return the attempt that made a patch, the last one that was accepted or offered if there is one, or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"{_SELECT_ATTEMPT} WHERE patch_id = ? ORDER BY ruling IN (?, ?) DESC, id DESC LIMIT 1",
                (patch_id, Ruling.ACCEPTED.value, Ruling.OFFERED.value),
            ).fetchone()
            return None if row is None else stored_attempt(row)

    def record_resolution(self, resolution: Resolution) -> None:
        """Keep how a target ended."""
        with self._database.writing() as connection:
            patch_id = self._patch_of(connection, resolution.attempt.proposal) if resolution.attempt else None
            target = resolution.target
            number = connection.execute(
                "INSERT INTO resolutions (target_id, node_ids, cause, conclusion, reason, patch_id, attempts, usage,"
                " seconds, out_of_means, is_replay, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    target.id, to_json(target.node_ids), to_column(target.cause), resolution.conclusion.value,
                    to_column(resolution.reason), patch_id, resolution.attempts, to_json(resolution.usage),
                    resolution.seconds, resolution.out_of_means, self.is_replay, self._moment(),
                ),
            ).lastrowid  # fmt: skip
            connection.execute(
                "UPDATE attempts SET resolution_id = ? WHERE target_id = ? AND resolution_id IS NULL",
                (number, target.id),
            )

    # Money, and what is known of models.

    def purse(self, usd_per_day: Decimal | None) -> SqlitePurse:
        """Return the Purse port on this file; None is no limit."""
        return SqlitePurse(self._database, usd_per_day, self._now)

    def memory(self) -> SqliteMemory:
        """Return the Memory port on this file."""
        return SqliteMemory(self._database, self._now)

    def endings(self) -> tuple[StoredEnding, ...]:
        """Return how each piece of work on a target ended and what each rung had cost by then, oldest first.

        Replays are left out.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT r.id, r.conclusion, r.usage, r.seconds, a.rung, a.usage FROM resolutions r"
                " LEFT JOIN attempts a ON a.resolution_id = r.id WHERE NOT r.is_replay ORDER BY r.id, a.id"
            ).fetchall()
            return stored_endings(rows)

    def _patch_of(self, connection: sqlite3.Connection, proposal: Proposal) -> str | None:
        if isinstance(proposal, Dud):
            return None
        self._save_patch(connection, proposal.patch, proposal.note)
        return proposal.patch.id

    def _save_options(self, connection: sqlite3.Connection, question: Question) -> None:
        names = [option.patch.id for option in question.options]
        for option in question.options:
            self._save_patch(connection, option.patch, option.note)
            others = tuple(name for name in names if name != option.patch.id)
            asked = StoredOption(others, question.call, question.path, option.test)
            connection.execute(
                "INSERT OR REPLACE INTO options (patch_id, content, created) VALUES (?, ?, ?)",
                (option.patch.id, to_json(asked), self._moment()),
            )

    def _save_patch(self, connection: sqlite3.Connection, patch: Patch, note: str) -> None:
        connection.execute(
            "INSERT INTO patches (id, content, note, state, created) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (patch.id, to_json(patch), to_column(note), PatchState.STORED.value, self._moment()),
        )

    def _moment(self) -> int:
        return microseconds(self._now())


def _numbers(connection: sqlite3.Connection, node: NodeId) -> tuple[int, ...]:
    """Return under which numbers a test was ever seen, or a file with all that is in it."""
    if "::" in node:
        rows = connection.execute("SELECT id FROM tests WHERE node_id = ?", (to_column(node),))
    else:
        name = node.encode("utf-8", "surrogatepass")
        rows = connection.execute(
            "SELECT id FROM tests WHERE CAST(node_id AS BLOB) = ?1"
            " OR substr(CAST(node_id AS BLOB), 1, length(?2)) = ?2",
            (name, name + b"::"),
        )
    return tuple(number for (number,) in rows)


def _was_green(connection: sqlite3.Connection, run: int, tests: Iterable[int]) -> bool:
    """Whether of these tests some passed in a run, and none was red."""
    query = "SELECT outcome FROM outcomes WHERE run_id = ? AND test_id = ?"
    found = (connection.execute(query, (run, test)).fetchone() for test in tests)
    outcomes = {Outcome(row[0]) for row in found if row}
    return Outcome.PASSED in outcomes and not any(outcome.is_red for outcome in outcomes)


def _prune(connection: sqlite3.Connection) -> None:
    connection.execute(
        "DELETE FROM runs WHERE id <= (SELECT id FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?)", (KEPT_RUNS,)
    )


def _note(proposal: Proposal) -> str:
    return proposal.note if isinstance(proposal, Candidate) else proposal.reason
