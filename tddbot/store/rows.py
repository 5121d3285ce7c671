"""Rows to records, and moments to integers (microseconds since 1970, UTC)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tddbot.domain import Evidence, Patch, Usage, Verdict
from tddbot.store.codec import from_column, from_json
from tddbot.store.records import PatchState, StoredAttempt, StoredPatch

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Return a moment, which must have a time zone, as a column."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def stored_patch(row: tuple[Any, ...]) -> StoredPatch:
    """Read (content, state, note, created, evidence or None)."""
    content, state, note, created, evidence = row
    proof = None if evidence is None else from_json(evidence, Evidence)
    return StoredPatch(from_json(content, Patch), PatchState(state), from_column(note), _datetime(created), proof)


def stored_attempt(row: tuple[Any, ...]) -> StoredAttempt:
    """Read (target_id, generator, patch_id or None, note, verdict, usage, created)."""
    target_id, generator, patch_id, note, verdict, usage, created = row
    return StoredAttempt(
        target_id,
        generator,
        patch_id,
        from_column(note),
        from_json(verdict, Verdict),
        from_json(usage, Usage),
        _datetime(created),
    )


def _datetime(column: int) -> datetime:
    return EPOCH + timedelta(microseconds=column)
