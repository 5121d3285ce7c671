"""Which modules a file imports, anywhere in it, as it writes them. Where they live is the layout's affair."""

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `from ..a import b` is level 2, module "a", name "b"; `import a.b` has no name."""

    module: str
    name: str = ""
    level: int = 0
    bound: str = ""


LONGEST = 255
"""The most characters of a module's dotted name that can be looked for; no file system has room for more."""


def imports(tree: ast.Module) -> tuple[Import, ...]:
    """Return the imports of a file in the order in which they stand, those inside functions included."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    found: list[Import] = []
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        for alias in node.names:
            if isinstance(node, ast.Import):
                found.append(Import(alias.name, bound=alias.asname or alias.name))
            else:
                found.append(Import(node.module or "", alias.name, node.level, alias.asname or alias.name))
    return tuple(one for one in found if len(one.module) + len(one.name) <= LONGEST)


def used_as_module(tree: ast.Module, name: str) -> bool:
    """Whether a file uses `name` only as the left side of a dot, and at least once, as modules are used."""
    loads = sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))
    dotted = sum(
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        for node in ast.walk(tree)
    )
    return 0 < loads == dotted
