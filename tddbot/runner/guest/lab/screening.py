"""One candidate on its way: first through the target, then through what is to stay green."""

from __future__ import annotations

import itertools
from typing import Any, Dict, List, Optional, Tuple

from tddbot.runner.guest.lab import direct
from tddbot.runner.guest.lab.bench import Bench, Task
from tddbot.runner.guest.lab.crew import DIED, DONE, At, Ended, Limit, Tell
from tddbot.runner.guest.lab.suite import KEEP, TARGET, Suite
from tddbot.runner.guest.lab.trial import run


class Screening(Task):
    """The task of trying one candidate."""

    needs_tests = True

    def __init__(self, job: Dict[str, Any], suite: Suite, stage: str = TARGET) -> None:
        super().__init__(job)
        self._suite = suite
        self._stage = stage
        self._skip = 0
        self._won = 0
        self._is_sure = False
        self._fate = "red"
        self._reds: List[Tuple[str, str, str]] = []

    @property
    def _is_whole(self) -> bool:
        return bool(self.job.get("whole")) and self._stage == TARGET

    def nodes(self) -> List[str]:
        """The tests of this stage."""
        return self._suite.nodes[self._stage]

    def limits(self) -> List[Limit]:
        """The limits of the tests that are left."""
        return self._suite.limits(self._stage)[self._skip :]

    def run(self, bench: Bench, tell: Tell, at: At) -> None:
        """Run the tests that are left, to the first red one or all."""
        skip, nodes = self._skip, self.nodes()
        calls = [bench.direct[node] for node in itertools.takewhile(bench.direct.__contains__, nodes)]
        if self._stage == TARGET and not self._is_sure and len(calls) >= (len(nodes) if self._is_whole else 1):
            direct.run(calls, self._is_whole, skip, tell, lambda number: at(number - skip))
            return
        run(bench.trial, bench.entries(nodes), self._is_whole, skip, tell, lambda number: at(number - skip))

    def take(self, ended: Ended) -> Optional[Dict[str, Any]]:
        """Take in what the tests came to."""
        nodes = self.nodes()
        if direct.UNSURE in ended.told and not self._reds:
            self._is_sure = True
            return None
        for told in ended.told:
            if told == direct.UNSURE:
                break
            if told["red"] is not None:
                self._reds.append((nodes[told["n"]], *told["red"]))
            elif self._stage == TARGET:
                self._won += 1
        is_short = not self._reds and self._skip + len(ended.told) != len(nodes)  # as after a word by somebody else
        if ended.how != DONE or is_short:
            self._fate = DIED if ended.how == DONE else ended.how
            step = min(self._skip + ended.step, len(nodes) - 1)
            self._reds.append((nodes[step], "", ""))
            self._skip = step + 1
            if self._is_whole and self._skip < len(nodes):
                return None
        if not self._reds and self._stage == TARGET:
            self._stage, self._skip = KEEP, 0
            if self._suite.nodes[KEEP]:
                return None
        fate = self._fate if self._reds else "passed"
        return {"id": self.job["id"], "fate": fate, "reds": self._reds, "won": self._won}
