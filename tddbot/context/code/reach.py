"""Which files a file's imports reach, through packages that only hand names on to where the names are defined."""

from collections.abc import Iterator
from functools import lru_cache

from tddbot.context.code.facts import Facts
from tddbot.context.code.files import Files
from tddbot.context.code.imports import Import
from tddbot.context.code.layout import Layout


class Reach:
    """The graph of a repository's imports, found file by file as it is asked for."""

    def __init__(self, layout: Layout, files: Files) -> None:
        self._layout = layout
        self._files = files
        self.of = lru_cache(maxsize=None)(self._of)

    def _of(self, path: str) -> tuple[str, ...]:
        """Return the files that one file's imports reach, each followed by those where the names it takes come from."""
        facts = self._files.facts(path)
        if facts is None:
            return ()
        return tuple(dict.fromkeys(found for wanted in facts.imports for found in self._one(wanted, path, facts)))

    def directly(self, path: str) -> tuple[str, ...]:
        """Return for each import the one file that it names, without looking into that file."""
        facts = self._files.facts(path)
        hits = (self._layout.resolve(wanted, path)[:1] for wanted in facts.imports) if facts else ()
        return tuple(dict.fromkeys(path for hit in hits for path in hit))

    def _one(self, wanted: Import, path: str, facts: Facts) -> Iterator[str]:
        hits = self._layout.resolve(wanted, path)
        yield from hits
        if len(hits) == 1 and wanted.name not in ("", "*"):
            yield from self._behind(hits[0], wanted.name, set())
        if not hits:
            return
        module = hits[0]
        if wanted.name == "*":
            # Which of the names are taken cannot be told, so all that are handed on are.
            origin = self._files.facts(module)
            yield from self.directly(module) if origin and origin.is_facade else ()
        for name in facts.taken.get(wanted.bound, ()):
            submodules = self._layout.resolve(Import("", name, 1), module) if module.endswith("/__init__.py") else ()
            yield from submodules[:1] if len(submodules) > 1 else self._behind(module, name, set())

    def _behind(self, module: str, name: str, seen: set[str]) -> Iterator[str]:
        """Yield where a name comes from that `module` imports and does not define, step by step.

        No module is `seen` twice: star imports in a circle have more ways through them than could be gone.
        """
        facts = self._files.facts(module)
        if facts is None or name in facts.defined or module in seen:
            return
        seen.add(module)
        for wanted in facts.imports:
            if wanted.bound != name and wanted.name != "*":
                continue
            for origin in self._layout.resolve(wanted, module):
                deeper = tuple(self._behind(origin, name if wanted.name == "*" else wanted.name, seen))
                if deeper or wanted.name != "*" or self._defines(origin, name):
                    yield from (origin, *deeper)

    def _defines(self, module: str, name: str) -> bool:
        facts = self._files.facts(module)
        return facts is not None and name in facts.defined
