"""The loop of a day: on each save, what is newly red is worked on; a save during work cancels it and plans anew."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from tddbot import events
from tddbot.domain import (
    Applied,
    Committed,
    Conclusion,
    Conflict,
    Ending,
    NodeId,
    NotCommitted,
    Patch,
    Resolution,
    Run,
    Snapshot,
)  # fmt: skip
from tddbot.errors import UnfitError
from tddbot.loop import cycle
from tddbot.ports import Policy, Ports, Repository
from tddbot.stop import Stop
from tddbot.watcher.news import newly_red
from tddbot.watcher.observer import Watcher
from tddbot.watcher.settings import WatcherSettings


@dataclass
class Interruption:
    """The stop of the work that is going on now, which a save sets."""

    everything: Stop
    current: Stop = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> Stop:
        """Begin new work under a stop of its own."""
        self.current = Stop(self.everything)
        return self.current

    def interrupt(self) -> None:
        """Stop the work that is going on."""
        self.current.set()


@dataclass(frozen=True, slots=True)
class QuietRepository:
    """The repository, whose own writes make no change set."""

    inner: Repository
    watcher: Watcher

    @property
    def root(self) -> Path:
        """As the repository does."""
        return self.inner.root

    def refuse_if_busy(self) -> None:
        """As the repository does."""
        self.inner.refuse_if_busy()

    def snapshot(self) -> Snapshot:
        """As the repository does."""
        return self.inner.snapshot()

    def files(self) -> tuple[str, ...]:
        """As the repository does."""
        return self.inner.files()

    def read(self, path: str) -> bytes | None:
        """As the repository does."""
        return self.inner.read(path)

    def changes_since(self, tree: str, snapshot: Snapshot) -> Patch | None:
        """As the repository does."""
        return self.inner.changes_since(tree, snapshot)

    def apply(self, patch: Patch, protected: tuple[str, ...] = ()) -> Applied | Conflict:
        """Apply while the watcher knows which contents to expect."""
        with self.watcher.expecting({edit.path: edit.after_bytes() for edit in patch.edits}):
            return self.inner.apply(patch, protected)

    def commit(self, patch: Patch, message: str) -> Committed | NotCommitted:
        """As the repository does; what a hook of the user's writes is a change like any other."""
        return self.inner.commit(patch, message)


def watch(ports: Ports, policy: Policy, settings: WatcherSettings, stop: Stop) -> None:
    """Work once at start and after each change set until `stop` is set."""
    interruption = Interruption(stop)
    watcher = Watcher(
        ports.repository.root,
        ports.repository.files,
        settings,
        interruption.interrupt,
        lambda sentence: ports.tell(events.Notice(sentence, warning=True)),
    )
    backlog: set[NodeId] = set()
    with watcher:
        quiet = replace(ports, repository=QuietRepository(ports.repository, watcher))
        while not stop.is_set():
            try:
                one_cycle(quiet, policy, backlog, interruption.renew())
            except UnfitError as error:
                ports.tell(events.Notice(f"{error.message} {error.hint}".strip(), warning=True))
            if paths := watcher.wait(stop):
                ports.tell(events.FilesChanged(paths))
    # The next watch finds what this one was stopped in.
    ports.store.forget(backlog)


def one_cycle(ports: Ports, policy: Policy, backlog: set[NodeId], stop: Stop) -> None:
    """Work on the backlog and on what is newly red, which joins it; what is settled leaves it.

    What a save cancels, what an error ends, and what was proven on a tree that is no more stays for the next time.
    """
    ports.repository.refuse_if_busy()
    before = ports.store.last_outcomes()

    def choose(run: Run) -> Collection[NodeId]:
        backlog.update(newly_red(run, before))
        return frozenset(backlog)

    last, resolutions = cycle(ports, policy, choose, stop)
    if (reds := last.reds()) and not resolutions and backlog.isdisjoint(reds) and not stop.is_set():
        ports.tell(events.Notice(_left_alone(len(reds))))
    in_vain = _proven_in_vain(resolutions, last) if policy.apply else set()
    if stop.is_set():
        backlog.difference_update(_settled(resolutions) - in_vain)
    else:
        backlog.intersection_update(in_vain)


def _left_alone(count: int) -> str:
    """Say why nothing happens although something is red."""
    tests = "1 test was" if count == 1 else f"{count:,} tests were"
    still = "is" if count == 1 else "are"
    return f"{tests} red when last seen, too, and {still} left alone; `tddbot fix` works on what is red."


def _settled(resolutions: Collection[Resolution]) -> set[NodeId]:
    return {
        node
        for resolution in resolutions
        if resolution.conclusion is not Conclusion.CANCELLED
        for node in resolution.target.node_ids
    }


def _proven_in_vain(resolutions: Collection[Resolution], last: Run) -> set[NodeId]:
    fixed = [resolution for resolution in resolutions if resolution.conclusion is Conclusion.FIXED]
    proven = {node for resolution in fixed for node in resolution.target.node_ids}
    return proven.intersection(last.reds()) if last.ending is Ending.COMPLETE else proven
