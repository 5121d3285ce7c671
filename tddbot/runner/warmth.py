"""Keeps a warm zygote for a repository: made in the background, replaced before it is needed, given up for a reason."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tddbot.errors import TddbotError
from tddbot.runner.zygote import Zygote

_OLDEST = 1800.0
_IDLE = 1.0
_LOADING = 60.0
_MOST_CULPRITS = 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a zygote is made from: `python` and `environment` as for its start, and the modules to load.

    Only what lies in `environments` is loaded, and of the repository at `root` only what lies in one that is in there.
    `fingerprint` changes with everything that these depend on.
    """

    fingerprint: str
    python: tuple[str, ...]
    environment: Mapping[str, str]
    root: str
    environments: Sequence[str]
    modules: Sequence[tuple[str, bool | None]]

    def order(self, left_out: set[str]) -> dict[str, object]:
        """What the zygote is told to load, without the packages that are left out."""
        return {
            "root": self.root,
            "environments": list(self.environments),
            "modules": list(self.modules),
            "left_out": sorted(left_out),
        }


@dataclass
class Warm:
    """A zygote that is ready. `is_trusted` once a run in it came out as the cold one did."""

    zygote: Zygote
    recipe: Recipe
    seconds: float
    born: float
    used: float
    users: int = 0
    is_old: bool = False
    is_trusted: bool = False


@dataclass
class Warmth:
    """At most one zygote in use and one in the making; may be used from several threads at once."""

    oldest: float = _OLDEST
    loading: float = _LOADING
    clock: Callable[[], float] = time.monotonic
    _lock: threading.Condition = field(default_factory=threading.Condition, init=False)
    _current: Warm | None = field(default=None, init=False)
    _making: threading.Thread | None = field(default=None, init=False)
    _born: Zygote | None = field(default=None, init=False)
    _failed: dict[str, str] = field(default_factory=dict, init=False)
    _left_out: set[str] = field(default_factory=set, init=False)
    _is_closed: bool = field(default=False, init=False)

    def prepare(self, recipe: Recipe) -> None:
        """Have a zygote made in the background, unless there is a fresh one of this recipe or it is known to fail."""
        with self._lock:
            if self._current is None or not self._is_as_good(self._current, recipe):
                self._begin(recipe)

    def why_not(self, fingerprint: str) -> str | None:
        """Say why no run of this fingerprint will be warm, or None where that is not known."""
        return self._failed.get(fingerprint)

    def give_up(self, fingerprint: str, reason: str) -> None:
        """Make no more zygotes of this fingerprint, and use none."""
        with self._lock:
            self._failed[fingerprint] = reason
            if self._current is not None and self._current.recipe.fingerprint == fingerprint:
                self._retire(self._current)

    @property
    def process(self) -> int | None:
        """The process ID of the zygote that is in use."""
        current = self._current
        return None if current is None else current.zygote.process.pid

    def wait(self, seconds: float) -> None:
        """Wait until nothing is in the making."""
        with self._lock:
            self._lock.wait_for(lambda: self._making is None, seconds)

    @contextmanager
    def borrowed(self, fingerprint: str) -> Iterator[Warm | None]:
        """Lend the zygote of this fingerprint for one run, or None where there is none that is well.

        One that is not well, or will be too old soon, has the next one made.
        """
        with self._lock:
            warm = self._usable(fingerprint)
            if warm is not None:
                warm.users += 1
        try:
            yield warm
        finally:
            if warm is not None:
                with self._lock:
                    warm.users -= 1
                    warm.used = self.clock()
                    self._bury(warm)

    def close(self) -> None:
        """End what there is and what is in the making."""
        with self._lock:
            self._is_closed = True
            making = self._making
            if self._born is not None:
                self._born.kill()
            if self._current is not None:
                self._current.zygote.kill()
                self._retire(self._current)
        if making is not None:
            making.join()

    def _begin(self, recipe: Recipe) -> None:
        if not self._is_closed and self._making is None and recipe.fingerprint not in self._failed:
            self._making = threading.Thread(target=self._make, args=(recipe,), name="tddbot-warmth", daemon=True)
            self._making.start()

    def _is_as_good(self, warm: Warm, recipe: Recipe) -> bool:
        is_same = warm.recipe.fingerprint == recipe.fingerprint
        return self._is_young(warm) and is_same and set(recipe.modules) <= set(warm.recipe.modules)

    def _is_young(self, warm: Warm) -> bool:
        """Whether the next one is not needed yet; it is made a quarter of a life before this one is too old."""
        return self.clock() - warm.born < 0.75 * self.oldest

    def _usable(self, fingerprint: str) -> Warm | None:
        warm = self._current
        if warm is None:
            return None
        is_same = warm.recipe.fingerprint == fingerprint
        is_well = is_same and self._is_well(warm)
        if not is_well:
            self._retire(warm)
        if is_same and not (is_well and self._is_young(warm)):
            self._begin(warm.recipe)
        return warm if is_well else None

    def _is_well(self, warm: Warm) -> bool:
        now = self.clock()
        if now - warm.born > self.oldest or warm.zygote.has_ended():
            return False
        return bool(warm.users) or now - warm.used < _IDLE or warm.zygote.is_well()

    def _retire(self, warm: Warm) -> None:
        warm.is_old = True
        if self._current is warm:
            self._current = None
        self._bury(warm)

    def _bury(self, warm: Warm) -> None:
        if warm.is_old and not warm.users:
            warm.zygote.close()

    def _make(self, recipe: Recipe) -> None:
        made: Warm | str = "nothing"
        try:
            made = self._made(recipe)
        except TddbotError as error:
            made = error.message
        finally:
            with self._lock:
                self._making = self._born = None
                if isinstance(made, str):
                    self._failed[recipe.fingerprint] = made
                elif self._is_closed:
                    made.zygote.close()
                else:
                    if self._current is not None:
                        self._retire(self._current)
                    self._current = made
                self._lock.notify_all()

    def _made(self, recipe: Recipe) -> Warm | str:
        """Return a zygote that is ready, or why there is none; a package that is not fit for it is left out."""
        unfit = ""
        for _ in range(1 + _MOST_CULPRITS):
            zygote = self._born = Zygote.start(recipe.python, recipe.environment)
            if self._is_closed:  # by somebody who may not have seen this one
                zygote.kill()
            answer = zygote.warm(recipe.order(self._left_out), self.loading)
            if answer is not None and answer.unfit is None:
                now = self.clock()
                return Warm(zygote, recipe, answer.seconds, born=now, used=now)
            self._born = None
            is_gone = zygote.has_ended()
            zygote.kill()
            words = zygote.close().strip().splitlines()
            if answer is None:
                why = "its process ended" if is_gone else f"it took more than {self.loading:g} s"
                return f"loading what the tests import failed: {why}" + (f" ({words[-1]})" if words else "")
            unfit = answer.unfit or ""
            if not answer.culprits:
                break
            self._left_out.update(name.partition(".")[0] for name in answer.culprits)
        return unfit
