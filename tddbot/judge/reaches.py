"""What in a source only serves to reach into the process that judges it: pytest, frames, and the collector of garbage.

Names alone are looked at, on the syntax tree: nothing here proves that code is harmless.
"""

import ast
from collections.abc import Iterator

_MODULES = frozenset({"_pytest", "pytest", "pluggy", "ctypes", "gc"})
_ATTRIBUTES = frozenset({
    "_getframe", "_current_frames", "currentframe", "f_back", "f_globals", "f_locals", "tb_frame", "gi_frame",
    "get_objects", "get_referrers", "get_referents", "__code__", "co_code", "_exit", "settrace", "setprofile",
    "addaudithook", "_pytest",
})  # fmt: skip
_WORDS = frozenset({"PYTEST_CURRENT_TEST", "PYTEST_VERSION", "_pytest"})


def reaches(tree: ast.AST) -> dict[str, int]:
    """Return each such name with the first line that it stands on."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        for name in _names(node):
            found.setdefault(name, getattr(node, "lineno", 0))
    return found


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names if _top(alias.name) in _MODULES)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            if _top(module) in _MODULES:
                yield module
            yield from (alias.name for alias in names if alias.name in _ATTRIBUTES)
        case ast.Attribute(attr=name) if name in _ATTRIBUTES:
            yield name
        case ast.Constant(value=str(word)) if word in _WORDS or word in _ATTRIBUTES:
            yield word


def _top(module: str) -> str:
    return module.partition(".")[0]
