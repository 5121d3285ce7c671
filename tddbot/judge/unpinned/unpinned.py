"""What no test notices of a patch: how much each such change matters, and how it is said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tddbot.domain import Patch
from tddbot.judge.unpinned.change_words import quoted
from tddbot.ties.contest import Split

MOST = 5
"""The most that is told of a patch."""

# The kinds of changes, those that programmers ask about first in front.
_KINDS = (
    "boundary", "branch", "negation", "condition", "connective", "constant", "arithmetic", "removal", "call", "bounds",
    "jump",
)  # fmt: skip
# Where nobody can be asked, these kinds seldom leave what a program does as it was; of the rest, half does.
_PLAIN = frozenset({"branch", "negation", "condition", "connective", "arithmetic", "removal"})
_IDLE = re.compile(r"cache|memo|close\(|flush\(|sleep\(|acquire\(|release\(|collect\(|lock|debug|log", re.IGNORECASE)
_LARGER_THAN_ONE = re.compile(r"(?<![\w.])(?:[2-9]|[1-9]\d+)\b")


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change of a file's text (`source`, after the patch) that all tests pass: bytes of its UTF-8 become `text`.

    `kind` is one of the offline generator's, forward; `patch_id` names the patch, and `mutant` is it with the change.
    `function` is the qualified name of where it is, "" outside of any; `split` the smallest input on which the two have
    different answers.
    """

    path: str
    source: str
    start: int
    end: int
    text: str
    kind: str
    patch_id: str
    mutant: Patch
    function: str = ""
    split: Split | None = None

    @property
    def line(self) -> int:
        """The line of the change."""
        return self.source.encode()[: self.start].count(b"\n") + 1


def is_telling(survivor: Survivor) -> bool:
    """Whether a change of which no input is known that shows it still is one, by its kind and what it changes."""
    was, _ = quoted(survivor.source, survivor.start, survivor.end, survivor.text)
    if _IDLE.search(was):
        return False
    return survivor.kind in _PLAIN or (survivor.kind == "boundary" and _LARGER_THAN_ONE.search(was) is not None)


def ranked(survivors: Iterable[Survivor]) -> list[Survivor]:
    """Return survivors by how much they matter: those that show on ordinary, small inputs first."""
    return sorted(survivors, key=_rank)


def is_noticed(survivor: Survivor, other: Survivor) -> bool:
    """Whether the test that would notice `other` would notice this one, too."""
    marks = other.split.marks if other.split else {}
    return survivor.mutant.id in marks and marks[survivor.mutant.id] != marks[survivor.patch_id]


def words(survivor: Survivor) -> str:
    """Return what reads on from "no test notices if …"."""
    was, becomes = quoted(survivor.source, survivor.start, survivor.end, survivor.text)
    return f"`{was}` were left out" if becomes is None else f"`{was}` were `{becomes}`"


def _rank(survivor: Survivor) -> tuple[int, int, int, int]:
    split = survivor.split
    far = split.strays if split else 9
    return far, _KINDS.index(survivor.kind), len(split.call) if split else 0, survivor.start
