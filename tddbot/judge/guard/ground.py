"""What the guard knows besides the patch: of the tests to win, and of the repository."""

import ast
from collections.abc import Collection
from dataclasses import dataclass

from tddbot.judge.guard.cases import Call, Cases
from tddbot.protection import is_test


@dataclass(frozen=True, slots=True)
class Ground:
    """What all patches of a target are judged on.

    `files` are the repository's paths, `importable` top names of modules that the tests import and that are there,
    `doctested` files whose examples are tests, too, `expected` data files that the tests name and no source does.
    """

    cases: tuple[Cases, ...] = ()
    calls: tuple[Call, ...] = ()
    files: frozenset[str] = frozenset()
    importable: frozenset[str] = frozenset()
    doctested: frozenset[str] = frozenset()
    expected: frozenset[str] = frozenset()

    def own(self, paths: Collection[str]) -> frozenset[str]:
        """Return the top names of the project's modules, those of a patch's paths included."""
        parts = (path.split("/") for path in (*self.files, *paths) if path.endswith((".py", ".pyi")))
        return frozenset(name.removesuffix(".py") for each in parts for name in each[:3])


def imported(tree: ast.Module) -> frozenset[str]:
    """Return the top names that a module imports whenever it is loaded."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return frozenset(names)


def doctested(nodes: Collection[str]) -> frozenset[str]:
    """Return the files, no tests by their names, that have tests: their docstrings or texts."""
    paths = {node.partition("::")[0] for node in nodes if "::" in node}
    return frozenset(path for path in paths if not is_test(path))
