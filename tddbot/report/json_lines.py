"""Events as JSON lines: one object an event, named by its `event` field, for programs that drive tddbot."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from tddbot.domain import Attempt, Candidate, Dud, Evidence, Option, Question, Resolution, Run
from tddbot.events import Event, Sink


def json_lines(write: Callable[[str], object]) -> Sink:
    """Return a sink that hands each event to `write` as one line."""

    def tell(event: Event) -> None:
        write(line(as_object(event)))

    return tell


def line(value: Any) -> str:
    """Return plain data, or nouns in plain data, as one line of JSON with its line feed, in ASCII.

    So it fits any output, and a file name that is no Unicode comes through: `os.fsencode` takes what a parser returns.
    """
    return json.dumps(msgspec.to_builtins(value), sort_keys=True, separators=(",", ":")) + "\n"


def as_object(event: Event) -> dict[str, Any]:
    """Return the event as plain data; `event` holds its name in snake case."""
    fields = {name: plain(getattr(event, name)) for name in event.__slots__}
    return {"event": re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower(), **fields}


def plain(value: Any) -> Any:
    """Return a noun as plain data: runs as counts and reds, proposals without what is the generator's own affair.

    The `kind` of a proposal is candidate or dud; what a candidate claims to be (a fix, a scaffold, …) is its `claim`.
    """
    if isinstance(value, Run):
        return summary(value)
    if isinstance(value, Attempt):
        run = None if value.run is None else summary(value.run)
        return {**_builtins(value, "proposal", "run"), "proposal": plain(value.proposal), "run": run}
    if isinstance(value, Candidate):
        named = {"patch_id": value.patch.id, "kind": "candidate", "claim": value.kind.value}
        return {**_builtins(value, "replay"), **named}
    if isinstance(value, Dud):
        return {**_builtins(value, "replay", "question"), "kind": "dud", "question": plain(value.question)}
    if isinstance(value, Question):
        return {**_builtins(value, "options"), "options": [plain(option) for option in value.options]}
    if isinstance(value, Evidence):
        return {**_builtins(value, "question"), "question": plain(value.question)}
    if isinstance(value, Option):
        return {**_builtins(value), "patch_id": value.patch.id}
    if isinstance(value, Resolution):
        attempt, question = plain(value.attempt), plain(value.question)
        parts = {"attempt": attempt, "question": question, "offers": [plain(offer) for offer in value.offers]}
        return {**_builtins(value, *parts), "target_id": value.target.id, **parts}
    return msgspec.to_builtins(value)


def summary(run: Run) -> dict[str, Any]:
    """Return what a program needs of a run: tree, ending, how many of each outcome, the reds, and what held it."""
    counts = Counter(result.outcome.value for result in run.results.values())
    reds = [msgspec.to_builtins(run.results[node]) for node in run.reds()]
    return {
        "tree": run.tree, "patch_id": run.patch_id, "ending": run.ending.value, "detail": run.detail,
        "seconds": run.seconds, "outcomes": dict(counts), "reds": reds, "jail": run.jail, "held": run.held,
        "seed": run.seed,
    }  # fmt: skip


def _builtins(value: Any, *leave_out: str) -> dict[str, Any]:
    names = [name for name in value.__dataclass_fields__ if name not in leave_out]
    return {name: msgspec.to_builtins(getattr(value, name)) for name in names}
