"""A tool of the project's own instead of tests: the worker becomes `python -m MODULE ARGUMENTS`."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Dict, NoReturn

_RUN = """
import importlib.util, json, runpy, sys
sys.path[:], module = json.loads(sys.argv.pop(1)), sys.argv.pop(1)
try:
    found = importlib.util.find_spec(module)
except ImportError:
    found = None
if found is None:
    sys.exit("the project's Python has no module " + module)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def become(order: Dict[str, Any]) -> NoReturn:
    """Become the tool that `order` names, in an interpreter that has loaded nothing yet.

    Python's own `-m` would look for it, and for all that it imports, in the repository first, where a candidate's
    `json.py` lies in wait.
    """
    tool = order["tool"]
    words = [sys.executable, "-I", "-B", "-c", _RUN, json.dumps(order["path"]), tool["module"], *tool["arguments"]]
    os.execve(sys.executable, words, order["env"])
