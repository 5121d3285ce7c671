"""The Lab port: one jailed process that stays while a target is worked on, and forks a child for each candidate."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tddbot.domain import Patch
from tddbot.lab import Answer, Call, Example, LabRequest, Screened
from tddbot.stop import Stop


@dataclass
class Laboratory:
    """A laboratory for one target."""

    request: LabRequest
    fault: str = "there is no laboratory yet"

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:  # noqa: ARG002
        """Yield what came of each patch."""
        return iter(())

    def ask(
        self,
        path: str,
        expressions: Sequence[str],
        patches: Sequence[Patch | None],
        stop: Stop,  # noqa: ARG002
    ) -> tuple[tuple[Answer, ...], ...]:
        """Evaluate expressions."""
        return ()

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:  # noqa: ARG002
        """Return the calls."""
        return ()

    def examples(
        self,
        path: str,
        function: str,
        stop: Stop,
        patch: Patch | None = None,  # noqa: ARG002
    ) -> tuple[Example, ...]:
        """Return the demands."""
        return ()
