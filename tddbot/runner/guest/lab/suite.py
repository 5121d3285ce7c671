"""The tests that candidates are tried on, and what each took without a patch: from that follows what it may take."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from tddbot.runner.guest.lab.crew import Limit

TARGET, KEEP = "target", "keep"

_CPU, _WALL = 0.3, 2.0
_FIRST_CPU, _FIRST_WALL = 1.0, 4.0
_IMPORT_CPU, _IMPORT_WALL = 1.0, 5.0
_FACTOR = 4
_UNKNOWN_IMPORT = 10.0


class Suite:
    """Target and kept tests in the order to run them; `took` holds seconds of CPU and on the wall, once known.

    After `patience` seconds, what has not run without a patch is left out.
    """

    def __init__(self, order: Dict[str, Any]) -> None:
        self.nodes: Dict[str, List[str]] = {TARGET: order["target"], KEEP: order["keep"]}
        self.took: Dict[str, Tuple[float, float]] = {}
        self.collecting = _UNKNOWN_IMPORT
        self.patience = float(order["seconds"]) / 2
        self._most = float(order["test_seconds"])

    def first_limits(self, stage: str) -> List[Limit]:
        """The limits of each test as long as nobody knows what it takes; a red one may go on for ever."""
        if stage == TARGET:
            return [Limit(min(_FIRST_CPU, self._most), min(_FIRST_WALL, self._most))]
        return [Limit(self._most, self._most)]

    def limits(self, stage: str) -> List[Limit]:
        """The limits of each test with a candidate in place."""
        slowest = max((cpu for cpu, _ in self.took.values()), default=0.0)
        return [self._limit(node, slowest if stage == TARGET else 0.0) for node in self.nodes[stage]]

    def limit(self) -> Limit:
        """The limit of something small."""
        return self._of(0.0, 0.0)

    def import_limit(self) -> Limit:
        """The limit of collecting it all anew."""
        return Limit(_IMPORT_CPU + _FACTOR * self.collecting, _IMPORT_WALL + _FACTOR * self.collecting)

    def _limit(self, node: str, cpu: float) -> Limit:
        took, wall = self.took.get(node, (0.0, 0.0))
        return self._of(max(took, cpu), wall)

    def _of(self, cpu: float, wall: float) -> Limit:
        return Limit(min(_CPU + _FACTOR * cpu, self._most), min(_WALL + _FACTOR * max(cpu, wall), self._most))
