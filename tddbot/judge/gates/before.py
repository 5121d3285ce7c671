"""What the project's own checks say of a tree as it is: each is asked once, whoever needs it first."""

from collections.abc import Callable
from threading import Lock

from tddbot.judge.gates.findings import Finding
from tddbot.judge.gates.gates import Check

Said = tuple[Finding, ...] | str
"""What a check found, or in a clause why it could not."""


class Before:
    """Answers by check, kept as long as the tree stays the same. May be asked from several threads at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._said: dict[Check, Said] = {}

    def known(self, check: Check) -> Said | None:
        """Return what was said, or None where nobody has asked yet."""
        with self._lock:
            return self._said.get(check)

    def of(self, check: Check, ask: Callable[[], Said | None]) -> Said | None:
        """Return what is known, or else what `ask` returns; None is not kept."""
        with self._lock:
            if check in self._said:
                return self._said[check]
            said = ask()
            if said is not None:
                self._said[check] = said
            return said
