"""Functions that do not look at what they are given: constants, or one prepared answer after the other."""

import ast
from collections.abc import Collection, Iterator
from typing import Any

from tddbot.judge.guard.cases import TRIVIAL, Call
from tddbot.judge.guard.dependence import answers, inside, is_used, simplified
from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.folding import UNKNOWN
from tddbot.judge.guard.module import Function, Module, parameters
from tddbot.judge.guard.names import Names
from tddbot.judge.guard.rows import flat

_TAKING = frozenset({"pop", "popleft", "__next__"})
_EXEMPT = frozenset({"overload", "abstractmethod", "property", "setter", "cached_property"})


def ignoring(module: Module, names: Names, known: Collection[Call]) -> Iterator[Finding]:
    """Yield functions that the tests call with arguments and that answer the same whatever these are."""
    for function in module.functions():
        if function.name == "__getattr__" and answers(function) and not is_used(function, parameters(function)[-1]):
            yield found(module, "TDB305", function, "__getattr__")
    for name, called, place in _callables(module):
        asked = [call for call in known if call.function == name and call.arguments]
        given = [each for each in parameters(called) if each not in ("self", "cls", "mcs")]
        if not asked or not given:
            continue
        value = _constant(called, names)
        if value is UNKNOWN:
            if not any(is_used(called, each) for each in given) and _is_closed(called, names):
                yield found(module, "TDB305", place, f"{name} is closed", f"`{name}`")
            elif not any(is_used(called, each) for each in given) and _takes(called, names):
                yield found(module, "TDB305", place, f"{name} takes the next answer", f"`{name}`")
        elif not _is_status(value, called, given) and _is_fake(value, asked, module.class_of(called) is not None):
            yield found(module, "TDB305", place, f"{name}={value!r}"[:200], f"`{name}`")


def _is_closed(function: Function | ast.Lambda, names: Names) -> bool:
    """Whether an answer is put together from constants alone, in as many steps as it may take."""
    given = [each for each in answers(function) if each is not None and names.value(each) != ()]
    loaded = [node for node in inside(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    stored = {node.id for node in inside(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return (
        bool(given)
        and not isinstance(given[0], ast.Constant)
        and all(
            each.id in stored or any(name in _PURE for name in names.dotted(each)) or names.value(each) is not UNKNOWN
            for each in loaded
        )
    )


_PURE = frozenset(
    f"builtins.{name}"
    for name in (
        "chr", "ord", "str", "int", "float", "list", "tuple", "dict", "set", "range", "len", "sum", "map", "zip",
        "sorted",         "reversed", "enumerate", "bytes", "bool", "round", "max", "min", "abs",
    )
)  # fmt: skip


def _callables(module: Module) -> Iterator[tuple[str, Function | ast.Lambda, ast.AST]]:
    for function in module.functions():
        decorators = {getattr(each, "attr", getattr(each, "id", "")) for each in function.decorator_list}
        home = module.class_of(function)
        if not decorators & _EXEMPT:
            is_made = home is not None and function.name in ("__new__", "__call__")
            yield (home.name if home is not None and is_made else function.name), function, function
    for assign in module.every(ast.Assign):
        if isinstance(assign.value, ast.Lambda) and isinstance(assign.targets[0], ast.Name):
            yield assign.targets[0].id, assign.value, assign


def _constant(function: Function | ast.Lambda, names: Names) -> Any:
    """Return the one value that a function answers in every way through it, or UNKNOWN."""
    given = answers(function)
    if not given or any(isinstance(node, ast.Yield | ast.YieldFrom) for node in inside(function)):
        return UNKNOWN
    values = [simplified(each, names) for each in given]
    first = values[0]
    is_one = all(type(each) is type(first) and each == first for each in values)
    return first if first is not UNKNOWN and first is not None and is_one else UNKNOWN


def _is_status(value: Any, function: Function | ast.Lambda, given: list[str]) -> bool:
    """Whether an answer only says that something was done with the arguments."""
    return flat(value) <= TRIVIAL and any(is_used(function, each) for each in given)


def _is_fake(value: Any, asked: list[Call], in_class: bool) -> bool:
    """Whether a constant is the answer to several calls, or the peculiar one to the only call."""
    is_plain = flat(value) <= TRIVIAL
    if len({call.arguments for call in asked}) > 1:
        return not (is_plain and in_class)
    return not is_plain and any(flat(value) - TRIVIAL <= call.expected for call in asked)


def _takes(function: Function | ast.Lambda, names: Names) -> bool:
    """Whether an answer is taken from a store of them that is kept between the calls."""
    for answer in answers(function):
        for node in ast.walk(answer) if answer is not None else ():
            if isinstance(node, ast.Call):
                method = getattr(node.func, "attr", "")
                if method in _TAKING or names.is_any(node.func, frozenset({"builtins.next"})):
                    return True
    return False
