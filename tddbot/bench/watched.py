"""A laboratory under observation: when did a candidate first come back from it, and when did one first pass?"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tddbot.domain import Patch
from tddbot.lab import Answer, Call, Example, Lab, Screened
from tddbot.stop import Stop


@dataclass
class Watched:
    """A laboratory, and when a candidate first came back from it, and first passed, by the performance counter."""

    lab: Lab
    answered_at: float | None = None
    passed_at: float | None = None

    @property
    def fault(self) -> str:
        """As in the laboratory."""
        return self.lab.fault

    def begin(self) -> None:
        """As in the laboratory."""
        self.lab.begin()

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        """As in the laboratory."""
        for screened in self.lab.screen(patches, stop, whole):
            now = time.perf_counter()
            self.answered_at = self.answered_at or now
            if screened.passed:
                self.passed_at = self.passed_at or now
            yield screened

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        """As in the laboratory."""
        return self.lab.ask(path, expressions, patches, stop)

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:
        """As in the laboratory."""
        return self.lab.calls(path, functions, stop)

    def examples(self, path: str, function: str, stop: Stop, patch: Patch | None = None) -> tuple[Example, ...]:
        """As in the laboratory."""
        return self.lab.examples(path, function, stop, patch)
