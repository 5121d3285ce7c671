"""Kinds as annotations in one file: in words that Python 3.8 understands, with the imports that they take."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from tddbot.generator.offline.scaffold import kinds
from tddbot.generator.offline.scaffold.style import Style

_OF_REPOSITORY = re.compile(r"[^\s\[\],|]+::(\w+)")
_DOTTED = re.compile(r"\b((?:\w+\.)+)(\w+)\b")
_NEEDS_LATER = re.compile(r"\b(?:list|dict|set|tuple|frozenset)\[| \| ")


@dataclass
class Annotator:
    """Turns kinds into annotations. `bound` are names that the file has, `is_later` says that it never evaluates them.

    `imports` are module and name of what the annotations take; `is_late` is set where one must not be evaluated.
    """

    path: str
    style: Style
    bound: Collection[str] = ()
    is_later: bool = False
    imports: dict[tuple[str, str], None] = field(default_factory=dict)
    is_late: bool = False

    def annotation(self, kind: str) -> str:
        """Return a kind as an annotation, "" where the file has no name for it."""
        known = kinds.joined(map(self._nameable, kind.split(" | ")))
        if known == "None" != kind:
            return ""
        text = _OF_REPOSITORY.sub(r"\1", known)
        for module, name in _DOTTED.findall(text):
            if name in self.bound and (module[:-1], name) not in self.imports:
                return ""
            self.imports[module[:-1], name] = None
        text = _DOTTED.sub(r"\2", text)
        if not self.is_later and ("::" in known or _NEEDS_LATER.search(text)):
            self.is_late = True
        return text

    def _nameable(self, kind: str) -> str:
        """A kind in as far as the file has names for it."""
        classes = _OF_REPOSITORY.finditer(kind)
        if all(found[0] == f"{self.path}::{found[1]}" or found[1] in self.bound for found in classes):
            return kind
        base = kinds.origin(kind)
        return "" if "::" in base else base
