"""The guest's entry: `python -I bootstrap.py REPORT_FD OUTPUT_FD PATH…`, the job being a line on standard input.

PATH is where pytest is found: sys.path without the repository, whose code may not run out here. The guest's modules are
loaded under their usual names without importing tddbot itself and are then taken out of `sys.modules` again, so that
a project which depends on tddbot (or is tddbot) imports its own.
"""

from __future__ import annotations

import importlib
import os
import sys
import types


def load_supervisor() -> types.ModuleType:
    """Import the guest package from the folder that this file lies in."""
    guest = os.path.dirname(os.path.abspath(__file__))
    for name, path in (("tddbot", None), ("tddbot.runner", None), ("tddbot.runner.guest", guest)):
        package = types.ModuleType(name)
        package.__path__ = [path] if path else []
        sys.modules[name] = package
    supervisor = importlib.import_module("tddbot.runner.guest.supervisor")
    for name in [name for name in sys.modules if name.partition(".")[0] == "tddbot"]:
        del sys.modules[name]
    return supervisor


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path[:] = sys.argv[3:]
    sys.exit(load_supervisor().main(int(sys.argv[1]), int(sys.argv[2])))
