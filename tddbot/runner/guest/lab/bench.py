"""What a task finds in a process that has collected the tests; and what a task is."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence

from tddbot.runner.guest.lab.crew import At, Ended, Limit, Tell
from tddbot.runner.guest.lab.trial import Entry, Trial


class Bench:
    """The collected `items`, the plugin that runs them, and the repository's `root`.

    `direct` has what calls a test, for those that are known to come out red as they do in pytest's protocol.
    """

    def __init__(self, root: str, trial: Trial, items: Sequence[Any]) -> None:
        self.root = root
        self.trial = trial
        self.items = items
        self.direct: Dict[str, Callable[[], Any]] = {}
        self._entries: Dict[str, Entry] = {}

    def know(self, nodes: Sequence[str]) -> None:
        """Look up what of the items the names stand for."""
        self._entries.update((entry.node, entry) for entry in self.trial.entries(nodes, self.items))

    def entries(self, nodes: Sequence[str]) -> List[Entry]:
        """Return what of the items the names stand for, in their order."""
        missing = [node for node in nodes if node not in self._entries]
        if missing:
            self.know(missing)
        return [self._entries[node] for node in nodes]


class Task:
    """One thing that is asked. A child is forked for it, and again until `take` has the answer."""

    needs_tests = False

    def __init__(self, job: Dict[str, Any]) -> None:
        self.job = job

    @property
    def edits(self) -> List[Dict[str, Any]]:
        """The candidate's edits."""
        edits: List[Dict[str, Any]] = self.job["edits"]
        return edits

    def nodes(self) -> List[str]:
        """The tests that have to be collected for it."""
        raise NotImplementedError

    def limits(self) -> List[Limit]:
        """The limits of the steps that are next."""
        raise NotImplementedError

    def run(self, bench: Bench, tell: Tell, at: At) -> None:
        """Do it, in a child."""
        raise NotImplementedError

    def take(self, ended: Ended) -> Optional[Dict[str, Any]]:
        """Take in what a child found out; return the answer, or None where another child is needed."""
        raise NotImplementedError
