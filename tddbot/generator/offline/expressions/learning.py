"""Counts the components that the running Python's standard library uses, and writes them as prior.json."""

import ast
import platform
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from tddbot.generator.offline.expressions.components import COMPONENTS
from tddbot.generator.offline.expressions.prior import Prior
from tddbot.generator.offline.expressions.uses import uses
from tddbot.parsing import Unparsable, parsed

_NO_LIBRARY = ("test", "tests", "idlelib", "lib2to3", "site-packages", "turtledemo", "encodings", "pydoc_data")
_MOST_CONSTANTS = 80
_FORMS = (
    "name",
    "branch",
    "comprehension",
    "condition",
    "comprehension:dict",
    "lambda",
    "keyword:key",
    "display:Tuple",
)


def sources() -> list[Path]:
    """Return the files of the standard library in order, without its tests and tables."""
    root = Path(sysconfig.get_path("stdlib"))
    found = (path for path in root.rglob("*.py") if not set(path.relative_to(root).parts) & set(_NO_LIBRARY))
    return sorted(found)


def learnt(paths: Iterable[Path]) -> Prior:
    """Return the prior that these sources teach; a file that cannot be parsed is left out."""
    counts: Counter[str] = Counter()
    for path in paths:
        tree = parsed(path.read_text(encoding="utf-8", errors="replace"))
        if not isinstance(tree, Unparsable):
            counts += uses(_without_docstrings(tree))
    return Prior(platform.python_version(), counts.total(), _kept(counts))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    return tree


def _kept(counts: Counter[str]) -> dict[str, int]:
    """Keep what the components are made of, and the commonest constants."""
    known = {*_FORMS, *(key for component in COMPONENTS for key in component.keys)}
    constants = [(key, count) for key, count in counts.most_common() if _is_small_constant(key)]
    kept = {key: counts[key] for key in known if counts[key]} | dict(constants[:_MOST_CONSTANTS])
    return dict(sorted(kept.items()))


def _is_small_constant(key: str) -> bool:
    return key.startswith("constant:") and key not in ("constant:text", "constant:other")


def main(arguments: Sequence[str], paths: Iterable[Path]) -> None:
    """Write the prior to the path that is the only argument, or to standard output."""
    data = msgspec.json.format(msgspec.json.encode(learnt(paths)), indent=1) + b"\n"
    if arguments:
        Path(arguments[0]).write_bytes(data)
    else:
        sys.stdout.buffer.write(data)


if __name__ == "__main__":
    main(sys.argv[1:], sources())
