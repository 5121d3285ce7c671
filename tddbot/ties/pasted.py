"""A call as a test file would write it: by the names that the file imports."""

import ast
import builtins
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from tddbot.parsing import Unparsable, parsed

_LONGEST_NAME = 40


def pasted(call: str, path: str, test: str) -> tuple[str, tuple[str, ...]]:
    """Return a call with the names of the module at `path` as the text of a test file knows them.

    What it does not import yet is left as it is, and the lines that import it come along.
    """
    tree = ast.parse(call, mode="eval")
    wanted = dict.fromkeys(_free(tree))
    known = _known(wanted, dotted(path), test)
    missing = [name for name in wanted if name not in known]
    after = ast.fix_missing_locations(_Renaming(known).visit(tree))
    imports = (f"from {dotted(path)} import {', '.join(missing)}",) if missing else ()
    return ast.unparse(after), imports


def as_test(lines: str, call: str, test: str) -> str:
    """Return lines as a whole test with the imports that it needs, under a name that the file's text does not have."""
    needs = [f"import {name}" for name in ("pytest", "asyncio") if f"{name}." in lines and not _imports(name, test)]
    words = re.sub(r"\W+", "_", call, flags=re.ASCII).strip("_").lower()[:_LONGEST_NAME].rstrip("_")
    name = f"test_{words or 'it'}"
    while re.search(rf"\b{name}\b", test):
        name += "_too"
    body = textwrap.indent("\n".join([*needs, lines]), "    ")
    return f"def {name}():\n{body}"


def _imports(name: str, test: str) -> bool:
    return re.search(rf"^import (?:.*, *)?{name}\b(?! +as)", test, re.MULTILINE) is not None


def dotted(path: str) -> str:
    """Return a module's name by its path, where its root is the repository or `src`."""
    parts = PurePosixPath(path).with_suffix("").parts
    parts = parts[1:] if parts[0] == "src" and len(parts) > 1 else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _free(tree: ast.Expression) -> Iterator[str]:
    bound = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in bound and not hasattr(builtins, node.id):
            yield node.id


def _known(wanted: Mapping[str, None], module: str, test: str) -> dict[str, str]:
    tree = parsed(test)
    known: dict[str, str] = {}
    for node in ast.walk(tree) if not isinstance(tree, Unparsable) else ():
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is(alias.name, module):
                    called = alias.asname or alias.name
                    known.update({name: f"{called}.{name}" for name in wanted if name not in known})
        elif isinstance(node, ast.ImportFrom):
            known.update(_from(node, wanted, module))
    return known


def _from(node: ast.ImportFrom, wanted: Mapping[str, None], module: str) -> Iterator[tuple[str, str]]:
    source = node.module or ""
    for alias in node.names:
        # A module may have the name of what it defines.
        is_taken = source == module and alias.name in wanted
        if not is_taken and _is(f"{source}.{alias.name}".lstrip("."), module):
            yield from ((name, f"{alias.asname or alias.name}.{name}") for name in wanted)
        # A package may hand on what its modules define.
        elif alias.name in wanted and (node.level or _is(source, module) or module.startswith(f"{source}.")):
            yield alias.name, alias.asname or alias.name
        elif alias.name == "*" and _is(source, module):
            yield from ((name, name) for name in wanted)


def _is(name: str, module: str) -> bool:
    return name == module or module.endswith(f".{name}") or name.endswith(f".{module}")


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.parse(self._names.get(node.id, node.id), mode="eval").body
