"""Rows to records, and moments to integers (microseconds since 1970, UTC)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from tddbot.domain import Conclusion, Evidence, Patch, Usage, Verdict
from tddbot.store.codec import from_column, from_json
from tddbot.store.records import PatchState, StoredAttempt, StoredEnding, StoredOption, StoredPatch, StoredSpend

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Return a moment, which must have a time zone, as a column."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def stored_patch(row: tuple[Any, ...]) -> StoredPatch:
    """Read (content, state, note, created, evidence or None, option or None)."""
    content, state, note, created, evidence, option = row
    return StoredPatch(
        from_json(content, Patch),
        PatchState(state),
        from_column(note),
        _datetime(created),
        None if evidence is None else from_json(evidence, Evidence),
        None if option is None or evidence is not None else from_json(option, StoredOption),
    )


def stored_attempt(row: tuple[Any, ...]) -> StoredAttempt:
    """Read (target_id, generator, patch_id or None, note, verdict, usage, rung, reasoning, created)."""
    target_id, generator, patch_id, note, verdict, usage, rung, reasoning, created = row
    return StoredAttempt(
        target_id,
        from_column(generator),
        patch_id,
        from_column(note),
        from_json(verdict, Verdict),
        from_json(usage, Usage),
        _datetime(created),
        from_column(rung),
        from_column(reasoning),
    )


def stored_spend(rows: Iterable[tuple[Any, ...]]) -> tuple[StoredSpend, ...]:
    """Add up rows of (generator, state, usage)."""
    sums: dict[str, StoredSpend] = {}
    for generator, state, usage in rows:
        name = from_column(generator)
        so_far, more = sums.get(name, StoredSpend(name)), from_json(usage, Usage)
        if state == "settled":
            sums[name] = replace(so_far, settled=so_far.settled + more)
        else:
            sums[name] = replace(so_far, reserved=so_far.reserved + more)
    return tuple(sums[name] for name in sorted(sums))


def stored_endings(rows: Iterable[tuple[Any, ...]]) -> tuple[StoredEnding, ...]:
    """Gather rows of (number, conclusion, usage, seconds, rung or None, the attempt's usage or None) by number."""
    found = []
    for _, group in groupby(rows, key=itemgetter(0)):
        attempts = list(group)
        _, conclusion, usage, seconds, _, _ = attempts[0]
        rungs: dict[str, Usage] = {}
        for *_, rung, cost in attempts:
            if rung is not None:
                name = from_column(rung)
                rungs[name] = rungs.get(name, Usage()) + from_json(cost, Usage)
        found.append(StoredEnding(Conclusion(conclusion), from_json(usage, Usage), seconds, tuple(rungs.items())))
    return tuple(found)


def _datetime(column: int) -> datetime:
    return EPOCH + timedelta(microseconds=column)
