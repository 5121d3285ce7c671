"""What a failure says does not exist yet: a module, a name of a module, an attribute, a name."""

import builtins
import re
from dataclasses import dataclass

from tddbot.domain import Failure

_KINDS = ("ModuleNotFoundError", "ImportError", "NameError", "AttributeError")
# pytest's monkeypatch puts words of its own in front.
_NO_MODULE = re.compile(r"(?:import error in [\w.]+: )?No module named '([\w.]+)'")
_NO_IMPORT = re.compile(r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'")
_NO_MEMBER = re.compile(r"(?:partially initialized )?module '([\w.]+)' has no attribute '(\w+)'")
_NOTHING_TO_PATCH = re.compile(r"<module '([\w.]+)'[^>\n]*> (?:has no|does not have the) attribute '(\w+)'")
_NO_ATTRIBUTE = re.compile(r"(?:type object )?'(\w+)'(?: object)? has no attribute '(\w+)'")
_NO_NAME = re.compile(r"name '(\w+)' is not defined")
_COLLECT_LINE = re.compile(rf"^E\s+((?:{'|'.join(_KINDS)}): .*)$", re.MULTILINE)
_LOOKED_AT = 4000
_FOREIGN = frozenset(dir(builtins)) | {"NoneType", "super", "function", "method", "generator", "module"}


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing: `module` alone, `name` of that module, or, without a module, an attribute or a bare name."""

    module: str = ""
    name: str = ""

    def __str__(self) -> str:
        if not self.name:
            return f"module `{self.module}` does not exist"
        if self.module:
            return f"`{self.name}` is missing from module `{self.module}`"
        return f"`{self.name}` does not exist" if "." in self.name else f"name `{self.name}` is not defined"


def missing(failure: Failure) -> Missing | None:
    """Return what the failure says is missing, or None where it says something else.

    An attribute missing from a built-in type (`'NoneType' object has no attribute …`) is an ordinary error: nobody
    can add it.
    """
    said = _said(failure)
    if said is None:
        return None
    if found := _NO_MODULE.match(said):
        return Missing(module=found[1])
    if found := _NO_IMPORT.match(said):
        return Missing(module=found[2], name=found[1])
    if found := _NO_MEMBER.match(said) or _NOTHING_TO_PATCH.match(said):
        return Missing(module=found[1], name=found[2])
    if found := _NO_NAME.match(said):
        return Missing(name=found[1])
    found = _NO_ATTRIBUTE.match(said)
    return Missing(name=f"{found[1]}.{found[2]}") if found and found[1] not in _FOREIGN else None


def _said(failure: Failure) -> str | None:
    """Return the message of an error of the right kind, without its kind; pytest hides it in text at collection."""
    for line in (f"{failure.kind}: {failure.message[:_LOOKED_AT]}", failure.message[:_LOOKED_AT]):
        kind, colon, rest = line.partition(": ")
        if colon and kind in _KINDS:
            return rest.removeprefix(f"{kind}: ")
    if failure.phase != "collect":
        return None
    lines = _COLLECT_LINE.findall(failure.message[-_LOOKED_AT:]) or _COLLECT_LINE.findall(failure.text[-_LOOKED_AT:])
    return str(lines[-1]).partition(": ")[2] if lines else None
