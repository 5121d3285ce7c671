"""What tests demand of a function: they run with assertions rewritten, and the function itself only takes note."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional

from tddbot.runner.guest.lab.asking import module_at
from tddbot.runner.guest.lab.bench import Bench, Task
from tddbot.runner.guest.lab.crew import DONE, At, Ended, Limit, Tell
from tddbot.runner.guest.lab.recorder import MOST, Recorder
from tddbot.runner.guest.lab.suite import KEEP, TARGET, Suite


class Demanding(Task):
    """The task of recording what tests demand of `function` in the file at `path`."""

    def __init__(self, job: Dict[str, Any], suite: Suite) -> None:
        super().__init__(job)
        self._suite = suite
        self._skip = 0
        self._found: List[Dict[str, Any]] = []

    def nodes(self) -> List[str]:
        """All tests."""
        return [*self._suite.nodes[TARGET], *self._suite.nodes[KEEP]]

    def limits(self) -> List[Limit]:
        """Those of the tests."""
        return [*self._suite.limits(TARGET), *self._suite.limits(KEEP)][self._skip :] or [self._suite.limit()]

    def run(self, bench: Bench, tell: Tell, at: At) -> None:
        """Run the tests that are left."""
        recorder = Recorder()
        if not recorder.replace(module_at(os.path.join(bench.root, self.job["path"])), self.job["function"]):
            return
        entries = bench.entries(self.nodes())[self._skip :]
        recorder.rewrite({os.path.abspath(str(item.fspath)) for entry in entries for item in entry.items})
        for number, entry in enumerate(entries):
            at(number)
            for item in entry.items:
                bench.trial.item(item, None)
                for example in recorder.taken():
                    tell({**example, "node": entry.node if "::" in entry.node else item.nodeid})

    def take(self, ended: Ended) -> Optional[Dict[str, Any]]:
        """Take in the demands; of a test that ended the child there are none."""
        self._found += ended.told
        if ended.how != DONE:
            self._skip += ended.step + 1
            if self._skip < len(self.nodes()) and len(self._found) < MOST:
                return None
        return {"id": self.job["id"], "examples": self._found[:MOST]}
