"""The composition root: the only file that knows everyone. It opens a repository and hands out ports and policy."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tddbot.config import Config, load
from tddbot.context.privacy.environment import redactor_of
from tddbot.context.privacy.lending import lend
from tddbot.domain import Excerpt, Patch
from tddbot.errors import UsageError
from tddbot.events import Notice, Sink
from tddbot.generator.ladder import MODEL, OFFLINE, ladder
from tddbot.generator.model_generator import ModelGenerator
from tddbot.generator.offline.offline_generator import OfflineGenerator
from tddbot.generator.settings import has_model
from tddbot.generator.wire.line import Line, ServerLine
from tddbot.generator.wire.recorded_line import RecordedLine, ReplayLine
from tddbot.generator.wire.recording import Recording
from tddbot.generator.wire.replaying import Replay
from tddbot.ports import Generator, Policy, Ports
from tddbot.repository.git_repository import GitRepository
from tddbot.runner.backends import NO_JAIL
from tddbot.runner.interpreter import Interpreter, find
from tddbot.runner.jailed_runner import JailedRunner
from tddbot.store.lock import writer_lock
from tddbot.store.records import PatchState
from tddbot.store.sqlite_store import SqliteStore


@dataclass
class App:
    """tddbot in one repository. `environment` is the user's; nothing of it is ever seen in a jail by itself."""

    repository: GitRepository
    config: Config
    store: SqliteStore
    tell: Sink
    environment: Mapping[str, str]
    python: str | None
    unsafe: bool = False
    recording: Recording | None = None
    replay: Replay | None = None

    @cached_property
    def interpreter(self) -> Interpreter:
        """The project's Python; raise UnfitError naming what was tried."""
        return find(self.repository.root, self.python, self.environment)

    @property
    def has_model(self) -> bool:
        """Whether a key or a server of the user's own is set, or a recording answers in its place."""
        return self.replay is not None or has_model(self.config.model, self.environment)

    def generators(self) -> dict[str, Generator]:
        """Every source of proposals by the name that a rung uses."""
        protected, settings = self.config.judge.protected, self.config.model
        purse = self.store.purse(self.config.budget.daily())
        return {
            OFFLINE: OfflineGenerator(protected),
            MODEL: ModelGenerator(settings, self._line(), self.repository.read, self._lend, purse, protected),
        }

    def _line(self) -> Line:
        if self.replay is not None:
            return ReplayLine(self.replay)
        line = ServerLine(self.config.model, self.store.memory(), self.environment)
        return line if self.recording is None else RecordedLine(line, self.recording)

    def _lend(self, path: str) -> Excerpt | str:
        """Return a file that a model asks for, or say in one clause why it does not get it."""
        files, read = self.repository.files(), self.repository.read
        redactor = redactor_of(files, read, self.environment, (self.config.model.api_key_env,))
        return lend(path, files, read, redactor, self.config.judge.protected)

    @cached_property
    def runner(self) -> JailedRunner:
        """What runs tests; it is closed with the repository."""
        return JailedRunner(
            self.repository.root,
            self.config.runner,
            lambda: self.interpreter,
            self.repository.files,
            self.environment,
            lambda sentence: self.tell(Notice(sentence)),
            unsafe=self.unsafe,
        )

    def close(self) -> None:
        """End what runs in the background."""
        if "runner" in self.__dict__:
            self.runner.close()

    def ports(self) -> Ports:
        """Everything impure that the loop works through."""
        return Ports(self.repository, self.runner, self.generators(), self.store, self.tell, time.monotonic)

    def policy(self, apply: bool = True, commit: bool = False) -> Policy:
        """What the user has set."""
        runner, judge = self.config.runner, self.config.judge
        return Policy(
            ladder=ladder(self.has_model, self.config.model),
            budget=self.config.budget.limits(),
            jobs=runner.jobs or os.cpu_count() or 1,
            apply=apply,
            protected=judge.protected,
            run_seconds=runner.run_seconds,
            test_seconds=runner.test_seconds,
            environ=self.environment,
            key_names=(self.config.model.api_key_env,),
            allow=judge.allow,
            strict=judge.strict,
            repeats=judge.repeats,
            held_out=judge.held_out,
            gates={"ruff": judge.ruff, "mypy": judge.mypy, "pyright": judge.pyright},
            gate_seconds=judge.gate_seconds,
            unpinned_seconds=judge.unpinned_seconds,
            commit=commit,
        )


@contextmanager
def opened(
    path: Path,
    tell: Sink,
    command: str | None,
    environment: Mapping[str, str] = os.environ,
    python: str | None = None,
    unsafe: bool = False,
    record: Path | None = None,
    replay: Path | None = None,
) -> Iterator[App]:
    """Open the repository that `path` lies in. `command` None only reads; else it is the name of the one writer.

    `python` is the project's Python where the caller knows better than the configuration; `unsafe` is the user's word
    that tests need no jail. What a model says is kept in the file `record`, or comes from the file `replay`.
    Raise UnfitError where there is no fit repository or another tddbot writes, UsageError for a wrong setting or file.
    """
    with ExitStack() as resources:
        if unsafe:
            tell(Notice(NO_JAIL, warning=True, danger=True))
        config = load(GitRepository.open(path).root)
        repository = GitRepository.open(path, config.judge.protected)
        if command is not None:
            repository.refuse_if_busy()
            resources.enter_context(writer_lock(repository.state, command))
            tried = repository.last_tried()
            for sentence in repository.recover():
                tell(Notice(sentence, warning=True))
        store = resources.enter_context(SqliteStore.open(repository.state, worktree=repository.worktree))
        if command is not None and tried is not None:
            _note_what_was_done(repository, store, tried, tell)
        app = App(repository, config, store, tell, environment, python or config.python, unsafe)
        resources.callback(app.close)
        if replay is not None:
            app.replay, store.is_replay = Replay.of(replay), True
            tell(Notice(f"replaying {replay}: no model is asked", warning=True))
        if record is not None:
            app.recording = resources.enter_context(_recording(record, repository, tell))
        yield app


@contextmanager
def _recording(path: Path, repository: GitRepository, tell: Sink) -> Iterator[Recording]:
    """Open a new recording, and say at the end what it lacks. In the working tree each line would be a change."""
    is_new = not path.exists()
    with Recording.create(path) as recording:
        place = path.resolve()
        if place.is_relative_to(repository.root) and str(place.relative_to(repository.root)) in repository.files():
            if is_new:
                path.unlink()
            raise UsageError(
                f"{path} lies in the working tree, where each line of it would count as a change of yours",
                "Name a file outside of it, or one that .gitignore names.",
            )
        try:
            yield recording
        finally:
            if recording.fault:
                tell(Notice(f"{recording.fault}; it cannot be replayed as a whole", warning=True))


def _note_what_was_done(repository: GitRepository, store: SqliteStore, tried: str, tell: Sink) -> None:
    """Mark the patch tried last by what the tree holds, where tddbot died between the write and the mark.

    No other patch is looked at: whatever else the tree holds by now is the user's doing.
    """
    stored = store.patch(tried)
    if stored and stored.evidence and stored.state is not PatchState.APPLIED and _in_place(repository, stored.patch):
        _mark(store, stored.patch, PatchState.APPLIED, tell)
    for applied in store.applied():
        inverse = applied.patch.inverse()
        if inverse.id == tried and _in_place(repository, inverse):
            _mark(store, applied.patch, PatchState.UNDONE, tell)


def _in_place(repository: GitRepository, patch: Patch) -> bool:
    return all(repository.read(edit.path) == edit.after_bytes() for edit in patch.edits)


def _mark(store: SqliteStore, patch: Patch, state: PatchState, tell: Sink) -> None:
    store.mark(patch.id, state)
    tell(Notice(f"Patch {patch.id} is {state}, as the tree shows; that had not been noted.", warning=True))
