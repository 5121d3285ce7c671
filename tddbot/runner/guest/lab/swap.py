"""What of an edit can be put in place by giving functions other code: all of it, or it has to be imported anew."""

from __future__ import annotations

import gc
import os
import types
from typing import Any, Dict, Iterable, List, Tuple

Place = Tuple[str, str, int]
"""The file that code was compiled from, its name and its first line."""

_OPTIMIZED = 0x01  # set for functions, and neither for modules nor for the bodies of classes


class UnfitError(Exception):
    """The edit has to be imported anew."""


class Pair:
    """Code and what takes its place. `above` are the pairs of the functions around it, the outermost first."""

    def __init__(self, old: types.CodeType, new: types.CodeType, above: "Tuple[Pair, ...]", is_changed: bool) -> None:
        self.old = old
        self.new = new
        self.above = above
        self.is_changed = is_changed


def compiled(text: str, path: str) -> types.CodeType:
    """Compile a module's text. Raise UnfitError where that is no Python."""
    try:
        return compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise UnfitError from error


def pairs(old: types.CodeType, new: types.CodeType) -> List[Pair]:
    """Return the functions that differ. Raise UnfitError where what is run by the import differs itself."""
    found: List[Pair] = []
    _compare(old, new, (), found)
    return found


def _compare(old: types.CodeType, new: types.CodeType, above: "Tuple[Pair, ...]", found: List[Pair]) -> bool:
    """Note pairs that differ; return whether anything does."""
    is_changed = not _is_same(old, new)
    if not old.co_flags & _OPTIMIZED:
        if is_changed:
            raise UnfitError
        inner = map(lambda one, other: _compare(one, other, above, found), _nested(old), _nested(new))
        return any(list(inner))
    pair = Pair(old, new, above, is_changed)
    mark = len(found)
    found.append(pair)
    differs = is_changed
    if [code.co_name for code in _nested(old)] == [code.co_name for code in _nested(new)]:
        inner = map(lambda one, other: _compare(one, other, (*above, pair), found), _nested(old), _nested(new))
        differs = any(list(inner)) or differs
    if not differs:
        del found[mark:]
    return differs


def _nested(code: types.CodeType) -> List[types.CodeType]:
    return [const for const in code.co_consts if isinstance(const, types.CodeType)]


def _is_same(old: types.CodeType, new: types.CodeType) -> bool:
    """Whether both do the same, but for the code that is nested in them and the numbers of lines."""
    return _own(old) == _own(new)


def _own(code: types.CodeType) -> Tuple[Any, ...]:
    return (
        code.co_name, code.co_argcount, getattr(code, "co_posonlyargcount", 0), code.co_kwonlyargcount, code.co_flags,
        code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars,
        getattr(code, "co_exceptiontable", b""), _constants(code.co_consts),
    )  # fmt: skip


def _constants(constants: Any) -> Any:
    """Constants with their types: 1, 1.0 and True are equal, and so are 0.0 and -0.0."""
    return tuple(_constant(each) for each in constants)


def _constant(value: Any) -> Any:
    if isinstance(value, types.CodeType):
        return "code"
    if type(value) is tuple:
        return (tuple, _constants(value))
    if type(value) is frozenset:
        return (frozenset, frozenset(_constants(value)))
    return (type(value), repr(value))


def place(code: types.CodeType) -> Place:
    """Return where code comes from."""
    return (os.path.abspath(code.co_filename), code.co_name, code.co_firstlineno)


class Index:
    """The functions that there are, by the place of their code; and the places of what was `called` by importing."""

    def __init__(self, root: str, called: Iterable[types.CodeType]) -> None:
        self._functions: Dict[Place, List[Any]] = {}
        self._called = {place(code) for code in called}
        gc.unfreeze()
        for each in gc.get_objects():
            if type(each) is types.FunctionType and os.path.abspath(each.__code__.co_filename).startswith(root):
                self._functions.setdefault(place(each.__code__), []).append(each)
        gc.freeze()

    def take(self, found: List[Pair]) -> None:
        """Give functions their new code, in this process. Raise UnfitError where there is more to it."""
        known = {id(pair): self._of(pair) for pair in found}
        for pair in found:
            if pair.is_changed:
                is_alive = known[id(pair)] or any(known.get(id(above)) for above in pair.above)
                if not is_alive or place(pair.old) in self._called:
                    raise UnfitError
            if known[id(pair)] and pair.old.co_freevars != pair.new.co_freevars:
                raise UnfitError
        for pair in found:
            for function in known[id(pair)]:
                function.__code__ = pair.new

    def _of(self, pair: Pair) -> List[Any]:
        """The functions whose code this is. Raise UnfitError where one is not as its file says."""
        functions = self._functions.get(place(pair.old), [])
        if not all(_is_all_same(function.__code__, pair.old) for function in functions):
            raise UnfitError
        return functions


def _is_all_same(one: types.CodeType, other: types.CodeType) -> bool:
    if not _is_same(one, other):
        return False
    return all(map(_is_all_same, _nested(one), _nested(other)))
