"""The loop of a day: on each save, what is newly red is worked on; a save during work cancels it and plans anew."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from tddbot import events
from tddbot.domain import Applied, Conclusion, Conflict, NodeId, Patch, Resolution, Run, Snapshot
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

    def apply(self, patch: Patch) -> Applied | Conflict:
        """Apply while the watcher knows which contents to expect."""
        with self.watcher.expecting({edit.path: edit.after_bytes() for edit in patch.edits}):
            return self.inner.apply(patch)


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
    unfinished: frozenset[NodeId] = frozenset()
    with watcher:
        quiet = replace(ports, repository=QuietRepository(ports.repository, watcher))
        while not stop.is_set():
            try:
                unfinished = one_cycle(quiet, policy, unfinished, interruption.renew())
            except UnfitError as error:
                ports.tell(events.Notice(f"{error.message} {error.hint}", warning=True))
            if paths := watcher.wait(stop):
                ports.tell(events.FilesChanged(paths))


def one_cycle(ports: Ports, policy: Policy, unfinished: frozenset[NodeId], stop: Stop) -> frozenset[NodeId]:
    """Work on what is newly red and on what was left unfinished; return what is left unfinished now."""
    ports.repository.refuse_if_busy()
    before = ports.store.last_outcomes()
    wanted: set[NodeId] = set(unfinished)

    def choose(run: Run) -> Collection[NodeId]:
        wanted.update(newly_red(run, before))
        return wanted

    _, resolutions = cycle(ports, policy, choose, stop)
    return frozenset(wanted - _settled(resolutions))


def _settled(resolutions: Collection[Resolution]) -> set[NodeId]:
    return {
        node
        for resolution in resolutions
        if resolution.conclusion is not Conclusion.CANCELLED
        for node in resolution.target.node_ids
    }
