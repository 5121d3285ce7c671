"""Expressions, evaluated in a module one after the other; what one of them does to the process ends only that one."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, Dict, List, Optional

from tddbot.runner.guest.lab.bench import Bench, Task
from tddbot.runner.guest.lab.crew import DONE, At, Ended, Limit, Tell
from tddbot.runner.guest.lab.suite import TARGET, Suite
from tddbot.runner.guest.lab.values import Answer, raised, told

_NOTHING: Answer = ("", False, False)


class Asking(Task):
    """The task of evaluating expressions with one candidate in place."""

    def __init__(self, job: Dict[str, Any], suite: Suite) -> None:
        super().__init__(job)
        self._suite = suite
        self._answers: List[Answer] = []

    def nodes(self) -> List[str]:
        """The tests, whose files may have to say where modules are found."""
        return self._suite.nodes[TARGET]

    def limits(self) -> List[Limit]:
        """The same for each."""
        return [self._suite.limit()]

    def run(self, bench: Bench, tell: Tell, at: At) -> None:
        """Evaluate what is left."""
        path = os.path.join(bench.root, self.job["path"])
        for number, expression in enumerate(self.job["expressions"][len(self._answers) :]):
            at(number)
            try:
                value = eval(expression, module_at(path))  # in a jail, where all code is that of strangers
            except BaseException as error:
                tell(raised(error))
            else:
                tell(told(value))

    def take(self, ended: Ended) -> Optional[Dict[str, Any]]:
        """Take in the answers; what ended the child had none."""
        self._answers += ended.told
        if ended.how != DONE:
            self._answers.append(_NOTHING)
        if len(self._answers) < len(self.job["expressions"]):
            return None
        return {"id": self.job["id"], "answers": self._answers[: len(self.job["expressions"])]}


def module_at(path: str) -> Dict[str, Any]:
    """Return the namespace of the module in a file, which is imported where that has not happened."""
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", {})
        file = names.get("__file__")
        if isinstance(file, str) and os.path.abspath(file) == path:
            return names
    return importlib.import_module(_name(path)).__dict__


def _name(path: str) -> str:
    """Return by which name the path of modules leads to a file. Raise ModuleNotFoundError where it does not."""
    above = os.path.dirname(path)
    while os.path.exists(os.path.join(above, "__init__.py")):
        above = os.path.dirname(above)
    entries = [os.path.abspath(entry) for entry in sys.path]
    within = sorted((entry for entry in entries if path.startswith(entry + "/")), key=len, reverse=True)
    found = above if above in within else next(iter(within), None)
    if found is None:
        raise ModuleNotFoundError(path)
    parts = os.path.splitext(os.path.relpath(path, found))[0].split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
