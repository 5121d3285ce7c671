"""The plugin for pytest-xdist's workers, as files to write into a jail: they are processes that import it by name."""

import functools
import re
from pathlib import Path

CARRIER = "/.tddbot"
"""Where it lies in the jail."""

_GUEST = Path(__file__).parent / "guest"
_PLUGIN = "tddbot_carrier.py"
_IMPORT = re.compile(r"^from tddbot\.runner\.guest\.(\w+) import", re.MULTILINE)


@functools.cache
def carrier_files() -> tuple[tuple[str, str], ...]:
    """Return the path and the text of each file: the plugin, and below `guest` what it loads and that imports."""
    needed, waiting = dict[str, str](), ["describer", "shuffling"]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = (_GUEST / f"{name}.py").read_text(encoding="utf-8")
            waiting += _IMPORT.findall(needed[name])
    plugin = (_GUEST / _PLUGIN).read_text(encoding="utf-8")
    return ((f"{CARRIER}/{_PLUGIN}", plugin), *((f"{CARRIER}/guest/{name}.py", needed[name]) for name in needed))
