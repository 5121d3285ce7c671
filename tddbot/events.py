"""What happened, as values. A display is any function that takes one; none of them ever talks back."""

from collections.abc import Callable
from dataclasses import dataclass

from tddbot.domain import Attempt, Evidence, NodeId, Patch, Resolution, Run, Target


@dataclass(frozen=True, slots=True)
class BaselineStarted:
    """The tests are about to run on the working tree as it is."""

    tree: str


@dataclass(frozen=True, slots=True)
class BaselineTaken:
    """The baseline is known; `wanted` are the reds that will be worked on."""

    run: Run
    wanted: tuple[NodeId, ...]


@dataclass(frozen=True, slots=True)
class TargetStarted:
    """Work on a target begins."""

    target: Target


@dataclass(frozen=True, slots=True)
class RungStarted:
    """The ladder's next rung is asked; `round` counts from 1. `why` says what ended the rung before it early."""

    rung: str
    generator: str
    round: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class AttemptJudged:
    """One proposal was tried; `number` counts the target's attempts from 1."""

    number: int
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class TargetResolved:
    """Work on a target ended, well or not."""

    resolution: Resolution


@dataclass(frozen=True, slots=True)
class PatchApplied:
    """A proven patch was written to the working tree."""

    patch: Patch
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class PatchCommitted:
    """An applied patch was to be committed: `commit` is its ID, or "" where it is not, and `reason` says why.

    With a commit, `reason` is what did not follow it.
    """

    patch_id: str
    commit: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PatchStored:
    """A proven patch was kept in the store only, and why."""

    patch: Patch
    evidence: Evidence
    reason: str


@dataclass(frozen=True, slots=True)
class FilesChanged:
    """The watcher saw a save."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence a person should read; `warning` ones are shown in every mode, and those of `danger` in red."""

    text: str
    warning: bool = False
    danger: bool = False


Event = (
    BaselineStarted
    | BaselineTaken
    | TargetStarted
    | RungStarted
    | AttemptJudged
    | TargetResolved
    | PatchApplied
    | PatchCommitted
    | PatchStored
    | FilesChanged
    | Notice
)

Sink = Callable[[Event], None]
