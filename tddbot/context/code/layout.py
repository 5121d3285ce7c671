"""Where the modules of a repository live, and where one that does not exist yet would.

Known are plain layouts, src layouts, packages in subdirectories, namespace packages and pytest's own `pythonpath`.
"""

import sys
from collections import Counter
from functools import cached_property, lru_cache

from tddbot import protection
from tddbot.context.code.dependencies import pyproject, table
from tddbot.context.code.files import Files, directory_of, join, upwards
from tddbot.context.code.imports import Import


class Layout:
    """The import roots of a repository, found from its files alone."""

    def __init__(self, files: Files) -> None:
        self._files = files

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The directories from which absolute imports are looked up, the likeliest first."""
        return tuple(dict.fromkeys((*self._stated_roots, "", *self._found_roots)))

    def resolve(self, wanted: Import, importer: str) -> tuple[str, ...]:
        """Return the files that an import in the file `importer` reaches, or () where it leaves the repository.

        These are the submodule that the imported name is, if it is one, and the module or package itself. The
        standard library's names are its own: pytest has imported most of them before any test.
        """
        if not wanted.level and wanted.module.partition(".")[0] in sys.stdlib_module_names:
            return ()
        for base in self._bases(wanted.level, importer):
            stem = join(base, wanted.module.replace(".", "/")) if wanted.module else base
            submodule = self._module_at(join(stem, wanted.name)) if wanted.name else None
            if found := tuple(path for path in (submodule, self._module_at(stem)) if path):
                return found
        if wanted.loose and "." in wanted.module:
            module, _, name = wanted.module.rpartition(".")
            return self.resolve(Import(module, name, loose=True), importer)
        return ()

    def exists(self, dotted: str, importer: str) -> bool:
        """Whether an absolute module name is a file or, as a namespace package, a directory of the repository."""
        if self.resolve(Import(dotted), importer):
            return True
        stem = dotted.replace(".", "/")
        return any(join(base, stem) in self._files.directories for base in self._bases(0, importer))

    def absolute(self, wanted: Import, importer: str) -> str:
        """Return the dotted name of the module that an import names, counted from the importing file; "" is none."""
        if not wanted.level:
            return wanted.module
        base = next(iter(self._bases(wanted.level, importer)), "")
        inside = base.removeprefix(self._outside(base)).strip("/").replace("/", ".")
        return ".".join(filter(None, (inside, wanted.module)))

    def home(self, dotted: str, importer: str, package: bool = False) -> str | None:
        """Return the path where the absent module `dotted` would live, or None where it cannot be created.

        It goes into the package that its name begins with, else next to the test that wants it where tests lie among
        the sources, else to the root of the project's other packages. A plain module in the way cannot become one.
        """
        *parents, last = dotted.split(".")
        leaf = f"{last}/__init__.py" if package else f"{last}.py"
        for count in range(len(parents), 0, -1):
            known, rest = parents[:count], parents[count:]
            for base in self._bases(0, importer):
                stem = join(base, "/".join(known))
                if stem in self._files.directories:
                    return self._free("/".join((stem, *rest, leaf)))
                if f"{stem}.py" in self._files.paths:
                    return None
        return self._free("/".join((*filter(None, (self._new_root(importer),)), *parents, leaf)))

    def _free(self, path: str) -> str | None:
        return None if path in self._files.paths or protection.protected_as(path) else path

    def _new_root(self, importer: str) -> str:
        beside = directory_of(importer)
        is_package = join(beside, "__init__.py") in self._files.paths
        if beside and not is_package and not protection.is_test(join(beside, "module.py")):
            return beside
        return next(iter((*self._stated_roots, *self._found_roots)), "")

    def _bases(self, level: int, importer: str) -> tuple[str, ...]:
        """The directories in which the first part of an import is looked up."""
        above = upwards(directory_of(importer))
        if level:
            return above[level - 1 : level]
        return tuple(dict.fromkeys((*self.roots, above[0], self._outside(above[0]))))

    def _outside(self, directory: str) -> str:
        return _outside(directory, self._files.paths)

    def _module_at(self, stem: str) -> str | None:
        candidates = (f"{stem}/__init__.py", f"{stem}.py") if stem else ("__init__.py",)
        return next((path for path in candidates if path in self._files.paths), None)

    @cached_property
    def _stated_roots(self) -> tuple[str, ...]:
        """What pytest's configuration puts on the path, then `src` where sources lie in it."""
        has_src = "src" in self._files.directories and "src/__init__.py" not in self._files.paths
        return tuple(dict.fromkeys((*_pythonpath(self._files), *(["src"] if has_src else []))))

    @cached_property
    def _found_roots(self) -> tuple[str, ...]:
        """The directories that source files are imported from, those of most files first."""
        return _found_roots(self._files.paths)


@lru_cache(maxsize=4)
def _found_roots(paths: frozenset[str]) -> tuple[str, ...]:
    sources = (path for path in paths if path.endswith(".py") and not protection.protected_as(path))
    counts = Counter(_outside(directory_of(path), paths) for path in sources)
    return tuple(sorted(counts, key=lambda root: (-counts[root], root)))


def _outside(directory: str, paths: frozenset[str]) -> str:
    """The first directory upwards that is no package: the one that pytest puts on the path for a test in it."""
    return next((up for up in upwards(directory) if join(up, "__init__.py") not in paths), "")


def _pythonpath(files: Files) -> tuple[str, ...]:
    """`pythonpath` of pytest's table in pyproject.toml; the other files of configuration seldom have it."""
    listed = table(pyproject(files), "tool", "pytest", "ini_options").get("pythonpath")
    paths = listed.split() if isinstance(listed, str) else listed if isinstance(listed, list) else []
    plain = (str(path).removeprefix("./").strip("/") for path in paths)
    return tuple("" if path == "." else path for path in plain)
