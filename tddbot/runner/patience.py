"""How long a run may be silent: as long as one test may take, or an import, which is slow for good reasons."""

from dataclasses import dataclass, field

UNKNOWN = 120.0
"""Seconds for an import where nobody knows yet how long the project's imports take."""

LEAST, SPARE = 30.0, 10.0


@dataclass
class Patience:
    """`slowest` is what the slowest import of the last run of everything took, in seconds, where that is known.

    All times are those of one steady clock. Time-outs make it shorter: by then most of the tests may hang.
    """

    test_seconds: float
    slowest: float | None
    is_patched: bool
    slowest_seen: float = field(default=0.0, init=False)
    timeouts: int = field(default=0, init=False)
    _heard: float = field(default=0.0, init=False)

    def begin(self, now: float) -> None:
        """Somebody starts, or is ready to."""
        self._heard = now

    def hear(self, now: float, is_import: bool) -> None:
        """Something was told; `is_import` says that what went before was one."""
        if is_import:
            self.slowest_seen = max(self.slowest_seen, now - self._heard)
        self._heard = now

    def is_over(self, now: float, is_import: bool) -> bool:
        """Whether the silence has lasted too long."""
        return now - self._heard > self.limit(is_import)

    def limit(self, is_import: bool) -> float:
        """The longest silence, in seconds."""
        test = self.test_seconds / (1 + self.timeouts // 3)
        return max(test, self._of_import()) if is_import else test

    def _of_import(self) -> float:
        """A patch makes no import much slower; a trace does, and a user's edit may."""
        known = None if self.slowest is None else max(LEAST, 2 * self.slowest + SPARE)
        if known is None:
            return UNKNOWN
        return known if self.is_patched else max(known, UNKNOWN)
