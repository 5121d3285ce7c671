"""The guest's entry: `python -I bootstrap.py SOCKET_FD PATH…`.

PATH is where pytest is found: sys.path without the repository, whose code may not run out here. The guest's modules are
loaded under their usual names without importing tddbot itself and are then taken out of `sys.modules` again, so that
a project which depends on tddbot (or is tddbot) imports its own.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
import types


def load_zygote() -> types.ModuleType:
    """Import the guest package from the folder that this file lies in."""
    guest = os.path.dirname(os.path.abspath(__file__))
    for name, path in (("tddbot", None), ("tddbot.runner", None), ("tddbot.runner.guest", guest)):
        package = types.ModuleType(name)
        package.__path__ = [path] if path else []
        sys.modules[name] = package
    zygote = importlib.import_module("tddbot.runner.guest.zygote")
    for name in [name for name in sys.modules if name.partition(".")[0] == "tddbot"]:
        del sys.modules[name]
    return zygote


def main() -> int:
    """Serve until the socket is closed; return the exit code."""
    sys.dont_write_bytecode = True
    sys.path[:] = sys.argv[2:]
    gc.disable()  # nothing that is imported here becomes garbage; the worker turns it on again
    return int(load_zygote().serve(int(sys.argv[1])))


if __name__ == "__main__":
    status = 70
    try:
        status = main()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)  # tearing the interpreter down would only take time
