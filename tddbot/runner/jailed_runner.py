"""The Runner port: places in a pool, a warm zygote to search with and a fresh one to prove with."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tddbot.domain import Ending, Run
from tddbot.lab import Lab, LabRequest
from tddbot.ports import RunRequest, ToolRequest, ToolRun
from tddbot.runner import records
from tddbot.runner.backends import Backend, NoJailError, chosen, next_best, without_namespaces
from tddbot.runner.execution import Execution, file_of
from tddbot.runner.fingerprint import fingerprint
from tddbot.runner.interpreter import Interpreter
from tddbot.runner.jail import Jail, user_of
from tddbot.runner.lab_process import GoneError, Site
from tddbot.runner.laboratory import Laboratory
from tddbot.runner.layout import Layout
from tddbot.runner.pool import Pool
from tddbot.runner.settings import RunnerSettings
from tddbot.runner.tooling import Tooling, run_of
from tddbot.runner.vigil import FOR_ASSERTIONS, Habits, Vigil
from tddbot.runner.warmth import Recipe, Warm, Warmth
from tddbot.stop import Stop

_WITNESSES = 30
_SOON = 1.0


@dataclass
class JailedRunner:
    """Runs the tests of one repository; may be called from several threads at once, and is to be closed.

    `interpreter` and `files` are asked when first needed, the files once a tree: each costs a process. `tell` takes a
    sentence for the user.
    """

    root: Path
    settings: RunnerSettings
    interpreter: Callable[[], Interpreter]
    files: Callable[[], tuple[str, ...]]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    tell: Callable[[str], None] = lambda _: None
    warmth: Warmth = field(default_factory=Warmth)
    unsafe: bool = False
    _backend: Backend = field(init=False, repr=False)
    _layout: Layout = field(init=False, repr=False)
    _pool: Pool = field(init=False, repr=False)
    _jail: tuple[str, Jail] | None = field(default=None, init=False, repr=False)
    _files: tuple[str, tuple[str, ...]] | None = field(default=None, init=False, repr=False)
    _session: records.Session | None = field(default=None, init=False, repr=False)
    _baseline: Run | None = field(default=None, init=False, repr=False)
    _slowest_import: float | None = field(default=None, init=False, repr=False)
    _habits: Habits = field(default_factory=Habits, init=False, repr=False)
    _told: set[str] = field(default_factory=set, init=False, repr=False)
    _is_closed: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        self._layout = Layout(self.root)
        self._backend = chosen(self.settings.jail, self.unsafe)
        self._pool = Pool(self.settings.jobs or os.cpu_count() or 1)

    def run(self, request: RunRequest, stop: Stop) -> Run:
        """Return what happened. Raise UnfitError where the jail cannot be built, naming the control that is missing."""
        with self._pool.place(request.lane, stop) as is_free:
            if is_free and request.warm and self._backend.is_warm and (run := self._run_warm(request, stop)):
                return run
            if not is_free or self._is_closed:
                return Run(request.snapshot.tree, {}, Ending.CANCELLED, "it was cancelled")
            backend = self._backend
            try:
                return self._run_cold(request, stop)
            except NoJailError as error:
                self._retreat(backend, error)
                return self._run_cold(request, stop)

    def tool(self, request: ToolRequest, stop: Stop) -> ToolRun:
        """Return what a tool said. Raise UnfitError as `run` does."""
        with self._pool.place(request.lane, stop) as is_free:
            if not is_free or self._is_closed:
                return ToolRun(fault="it was cancelled")
            backend = self._backend
            try:
                return self._run_tool(request, stop)
            except NoJailError as error:
                self._retreat(backend, error)
                return self._run_tool(request, stop)

    @contextmanager
    def lab(self, request: LabRequest) -> Iterator[Lab]:
        """Lend a laboratory for one target; it is set up when it is first used."""
        with closing(Laboratory(request, self._pool, self._site, self._retreat)) as laboratory:
            yield laboratory

    def close(self) -> None:
        """End the zygote; a warm run that is under way is cancelled, and nothing is run any more."""
        self._is_closed = True
        self.warmth.close()

    def _run_cold(self, request: RunRequest, stop: Stop) -> Run:
        """Run in a fresh process; a run of everything tells what the next zygote has to load.

        pytest finds its root by its arguments; a run of some tests is told the root that the run of all had.
        """
        mark, jail = self._current_jail()
        execution = self._execution(jail, request, stop)
        run = execution.run(self._session)
        if request.node_ids is None and request.patch is None and run.ending is Ending.COMPLETE:
            self._session, self._baseline = execution.session, run
            self._slowest_import = execution.slowest_import
            known = {name for name, _ in execution.modules}
            self._habits.asserting = tuple(sorted(FOR_ASSERTIONS & known))
            if self._backend.is_warm:
                self.warmth.prepare(self._recipe(mark, jail, execution.modules))
        return run

    def _run_warm(self, request: RunRequest, stop: Stop) -> Run | None:
        """Run in a fork of the zygote, or return None where there is none or it is no good."""
        mark, jail = self._current_jail()
        request = replace(request, seed=None)  # of all forks, Python's hashes are the zygote's
        with self.warmth.borrowed(mark) as warm:
            if warm is None:
                self._tell_why_not(mark)
                return None
            if not warm.is_trusted and not self._is_faithful(warm, jail, request, stop):
                return None
            run = self._execution(jail, request, stop, warm).run(self._session)
            is_lost = run.ending is Ending.UNUSABLE or warm.zygote.has_ended()
        return None if is_lost and run.ending is not Ending.CANCELLED else run

    def _run_tool(self, request: ToolRequest, stop: Stop) -> ToolRun:
        with self._site(run_of(request)) as site:
            done = Tooling(site, request, stop).run()
            is_lost = done.exit_code is None and site.zygote is not None and site.zygote.has_ended()
        return Tooling(replace(site, zygote=None), request, stop).run() if is_lost and not stop.is_set() else done

    @contextmanager
    def _site(self, request: RunRequest) -> Iterator[Site]:
        """Lend what a laboratory is set up with: the warm zygote, where there is one or soon will be."""
        if self._is_closed:
            raise GoneError("the runner is closed")
        mark, jail = self._current_jail()
        backend, look = self._backend, self._look(request)
        if not backend.is_warm:
            yield Site(jail, backend, look, self._session)
            return
        self.warmth.wait(_SOON)
        with self.warmth.borrowed(mark) as warm:
            yield Site(jail, backend, look, self._session, warm.zygote if warm else None)

    def _retreat(self, refusing: Backend, error: NoJailError) -> None:
        """Go on with the next best jail and say so, or raise: where it is the user's to choose, or was fit before."""
        other = next_best(refusing, self.settings.jail) if self._session is None else None
        if other is None:
            error.hint += without_namespaces(refusing, self.settings.jail)
            raise error
        if self._backend is other:  # as another thread has found
            return
        self._backend = other
        self.tell(f"{error.message}; going on with {other.title}, which lacks: {'; '.join(other.lacks)}.")

    def _is_faithful(self, warm: Warm, jail: Jail, request: RunRequest, stop: Stop) -> bool:
        """Whether green tests of the baseline are green in the zygote, too: asked once; where not, it is given up."""
        baseline = self._baseline
        if warm.is_trusted or baseline is None or baseline.tree != request.snapshot.tree:
            return True
        greens, files = baseline.greens(), {file_of(node) for node in request.node_ids or ()}
        green = [node for node in baseline.results if node in greens]
        near = ([node for node in green if file_of(node) in files] or green)[:_WITNESSES]
        control = RunRequest(
            request.snapshot, None, tuple(near), seconds=request.seconds, test_seconds=request.test_seconds
        )
        seen = self._execution(jail, control, stop, warm).run(self._session)
        if warm.zygote.has_ended():
            return False
        odd = tuple(node for node in near if node not in seen.greens())
        if odd and seen.ending is not Ending.CANCELLED:
            again = self._execution(jail, replace(control, node_ids=odd), stop).run(self._session)
            if again.greens():
                self.warmth.give_up(warm.recipe.fingerprint, f"{odd[0]} is green in a fresh process only")
                self._tell_why_not(warm.recipe.fingerprint)
                return False
        warm.is_trusted = seen.ending is not Ending.CANCELLED
        return True

    def _execution(self, jail: Jail, request: RunRequest, stop: Stop, warm: Warm | None = None) -> Execution:
        zygote = None if warm is None else warm.zygote
        look, vigil = self._look(request), self._vigil(request)
        return Execution(jail, look, request, stop, vigil, zygote, self._backend, self._slowest_import)

    def _vigil(self, request: RunRequest) -> Vigil:
        files = self._files[1] if self._files else ()
        return Vigil(self._habits, files, request)

    def _look(self, request: RunRequest) -> dict[str, tuple[str, ...]]:
        tree = request.snapshot.tree
        if self._files is None or self._files[0] != tree:
            self._files = tree, self.files()
        # A jail that looks at what was changed in it may leave files of other tests without a lock.
        nodes = request.node_ids if self._backend.is_warm else None
        return self._layout.look(self._files[1], user_of(self.root), request.protected, nodes)

    def _current_jail(self) -> tuple[str, Jail]:
        """Return the fingerprint of all that a zygote depends on, and the jail as it is while that stays the same."""
        known = self._jail
        jail = known[1] if known else Jail(self.root, self.interpreter(), self.settings, self.environment)
        mark = fingerprint(jail.interpreter, self.root, jail.test_environment)
        if known is None or known[0] != mark:
            known = mark, Jail(self.root, self.interpreter(), self.settings, self.environment)
            self._jail = known
        return known

    def _recipe(self, mark: str, jail: Jail, modules: tuple[tuple[str, bool | None], ...]) -> Recipe:
        return Recipe(mark, jail.python, jail.test_environment, str(self.root), jail.interpreter.prefixes, modules)

    def _tell_why_not(self, mark: str) -> None:
        reason = self.warmth.why_not(mark)
        if reason is not None and mark not in self._told:
            self._told.add(mark)
            self.tell(f"Each candidate is run in a fresh process, which is slow: {reason}.")
