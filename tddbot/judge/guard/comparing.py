"""Objects that agree with everything: comparisons whose answer hangs on nothing, and types that lie."""

import ast
from collections.abc import Iterator

from tddbot.judge.guard.dependence import answers, inside, is_used, truth
from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Function, Module, parameters
from tddbot.judge.guard.names import Names

_OPPOSITES = {
    "__lt__": ("__gt__", "__ge__"),
    "__le__": ("__gt__", "__ge__"),
    "__gt__": ("__lt__", "__le__"),
    "__ge__": ("__lt__", "__le__"),
}
_COMPARISONS = frozenset({"__eq__", "__ne__", *_OPPOSITES})
_CLAIMS = frozenset({"__instancecheck__", "__subclasscheck__", "__subclasshook__"})
_ANSWERING = _COMPARISONS | _CLAIMS | {"__contains__"}
_SCALARS = frozenset(f"builtins.{name}" for name in ("int", "float", "str", "bytes", "complex", "bool"))
_CONTAINERS = frozenset(f"builtins.{name}" for name in ("list", "dict", "tuple", "set", "frozenset"))
_TYPE_CHECKS = frozenset({"isinstance", "issubclass", "type", "hasattr", "getattr", "callable", "super"})

Answering = tuple[str, Function | ast.Lambda, ast.AST]
"""A special method's name, the function that it is, and where that is said."""


def comparing(module: Module, names: Names) -> Iterator[Finding]:
    """Yield comparisons that are true by themselves, false types, and values whose comparison is their own affair."""
    every = list(_answering(module, names))
    for name, function, place in every:
        if name in _OPPOSITES:
            is_lie = _is_always(function, names, True) and not _is_tempered(name, place, every, module, names)
        else:
            is_lie = _is_lie(name, function, names)
        if is_lie:
            yield found(module, "TDB406", place, name)
    yield from _uncompared(module, names)
    yield from _false_types(module, names)
    yield from _values(module, names)


def _uncompared(module: Module, names: Names) -> Iterator[Finding]:
    """Yield the records that are equal because none of their fields is compared."""
    for node in module.every(ast.ClassDef):
        fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
        has_own = any(isinstance(each, ast.FunctionDef) and each.name == "__eq__" for each in node.body)
        is_blind = bool(fields) and all(_is_uncompared(each.value, names) for each in fields)
        if is_blind and not has_own and not node.bases:
            yield found(module, "TDB406", node, "no field is compared")


def _is_uncompared(value: ast.expr | None, names: Names) -> bool:
    """Whether a field's own settings, those of `dataclasses` or of `attrs`, leave it out of comparisons."""
    settings = value.keywords if isinstance(value, ast.Call) else []
    return any(each.arg in ("compare", "eq", "cmp") and names.value(each.value) is False for each in settings)


def _answering(module: Module, names: Names) -> Iterator[Answering]:
    """Yield special methods, however they come into their class."""
    for function in module.functions():
        if function.name in _ANSWERING and module.class_of(function):
            yield function.name, function, function
    for assign in module.every(ast.Assign):
        for target in assign.targets:
            name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
            if name in _ANSWERING:
                yield from ((name, each, assign) for each in _functions(assign.value, module, names))
    for mapping in module.every(ast.Dict):
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            if (name := names.text(key) or "") in _ANSWERING:
                yield from ((name, each, mapping) for each in _functions(value, module, names))
    for call in module.every(ast.Call):
        text = names.text(call.args[1]) if len(call.args) == 3 else ""
        is_built = text is None and names.is_any(call.func, frozenset({"builtins.setattr"}))
        if len(call.args) == 3 and (name := "__eq__" if is_built else text or "") in _ANSWERING:
            yield from ((name, each, call) for each in _functions(call.args[2], module, names))
        for keyword in call.keywords:
            if keyword.arg in _ANSWERING:
                yield from ((keyword.arg, each, call) for each in _functions(keyword.value, module, names))


def _functions(value: ast.expr, module: Module, names: Names) -> Iterator[Function | ast.Lambda]:
    if isinstance(value, ast.Lambda):
        yield value
    elif isinstance(value, ast.Name):
        yield from (each for each in module.functions() if each.name == value.id)
        for binder in names.binders(value.id, module.scopes.get(value, "")):
            if isinstance(binder, ast.Lambda):
                yield binder


def _is_lie(name: str, function: Function | ast.Lambda, names: Names) -> bool:
    if name == "__ne__":
        return _is_always(function, names, False)
    if _is_always(function, names, True):
        return True
    own, other = (*parameters(function), "", "")[:2]
    given = answers(function)
    if name == "__contains__" and given and other:
        return not is_used(function, other) and not _is_always(function, names, False)
    if name != "__eq__":
        return False
    if not given or not other or all(truth(each, names) is False or _is_refusal(each) for each in given if each):
        return False
    if _is_rewriting(function, own) or _is_stateless(function, own, names.module):
        return True
    return not is_used(function, other) or _is_agreeable(function, names) or _is_blind(function, own, other)


def _is_always(function: Function | ast.Lambda, names: Names, wanted: bool) -> bool:
    """Whether all that a function answers is true (or false), refusals aside."""
    given = [each for each in answers(function) if not _is_refusal(each)]
    return bool(given) and all(
        each is not None and (truth(each, names) is wanted or _is_passed_on(each, names, wanted)) for each in given
    )


def _is_passed_on(answer: ast.expr, names: Names, wanted: bool) -> bool:
    """Whether a method or function of the module is asked that always says the same."""
    function = answer.func if isinstance(answer, ast.Call) else None
    name = getattr(function, "attr", getattr(function, "id", "")) if function is not None else ""
    asked = [each for each in names.module.functions() if each.name == name]
    return bool(asked) and all(
        bool(given := answers(each)) and all(value is not None and truth(value, names) is wanted for value in given)
        for each in asked
    )


def _is_refusal(answer: ast.expr | None) -> bool:
    return isinstance(answer, ast.Name) and answer.id == "NotImplemented"


def _is_agreeable(function: Function | ast.Lambda, names: Names) -> bool:
    """Whether two objects are equal because comparing them failed."""
    return any(
        isinstance(each, ast.Return) and each.value is not None and truth(each.value, names) is True
        for handler in inside(function)
        if isinstance(handler, ast.ExceptHandler)
        for each in ast.walk(handler)
    )


def _is_blind(function: Function | ast.Lambda, own: str, other: str) -> bool:
    """Whether the other side is compared with constants alone, and neither with this object nor by its type."""
    named = {node.id for node in inside(function) if isinstance(node, ast.Name)}
    is_plain = not any(isinstance(node, ast.Attribute) for node in inside(function))
    return is_plain and other in named and own not in named and named.isdisjoint(_TYPE_CHECKS)


def _is_rewriting(function: Function | ast.Lambda, own: str) -> bool:
    """Whether an object is changed while it is compared."""
    return any(
        isinstance(node, ast.Attribute | ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == own
        for node in inside(function)
    )


def _is_stateless(function: Function | ast.Lambda, own: str, module: Module) -> bool:
    """Whether an object has attributes of its own, and neither they nor itself play a part when it is compared."""
    home = module.class_of(function)
    if home is None or any(isinstance(node, ast.Name) and node.id == own for node in inside(function)):
        return False
    stored = (node for node in ast.walk(home) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return any(isinstance(node.value, ast.Name) and node.value.id == "self" for node in stored)


def _is_tempered(name: str, place: ast.AST, every: list[Answering], module: Module, names: Names) -> bool:
    """Whether the class of a comparison that is always true has an opposite that is always false: an infinity."""
    home = module.parents.get(place)
    siblings = [each for each in every if module.parents.get(each[2]) is home and each[0] in _OPPOSITES[name]]
    return any(_is_always(function, names, False) for _, function, _ in siblings)


def _false_types(module: Module, names: Names) -> Iterator[Finding]:
    for function in module.functions():
        if function.name == "__class__":
            yield found(module, "TDB407", function, "__class__")
    for assign in module.every(ast.Assign):
        for target in assign.targets:
            if (isinstance(target, ast.Name) and target.id == "__class__") or (
                isinstance(target, ast.Attribute)
                and target.attr == "__class__"
                and names.dotted(assign.value) & (_SCALARS | _CONTAINERS)
            ):
                yield found(module, "TDB407", assign, "__class__")
    for mapping in module.every(ast.Dict):
        if any(key is not None and names.text(key) == "__class__" for key in mapping.keys):
            parent = module.parents.get(mapping)
            if isinstance(parent, ast.Call) and names.is_any(parent.func, frozenset({"builtins.type"})):
                yield found(module, "TDB407", mapping, "__class__")


def _values(module: Module, names: Names) -> Iterator[Finding]:
    """Subclasses of built-in values that compare in a way of their own."""
    for node in module.every(ast.ClassDef):
        bases = {name for base in node.bases for name in names.dotted(base)}
        own = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        own |= {
            target.id
            for each in node.body
            if isinstance(each, ast.Assign)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        for name in sorted(own & _COMPARISONS):
            if kind := bases & _SCALARS:
                yield found(module, "TDB408", node, f"{min(kind).rpartition('.')[2]}.{name}")
            elif kind := bases & _CONTAINERS:
                yield found(module, "TDB507", node, f"{min(kind).rpartition('.')[2]}.{name}")
    for call in module.every(ast.Call):
        if (
            len(call.args) == 3
            and names.is_any(call.func, frozenset({"builtins.type"}))
            and isinstance(call.args[2], ast.Dict)
        ):
            bases = {name for base in ast.walk(call.args[1]) for name in names.dotted(base)}
            keys = {names.text(key) for key in call.args[2].keys if key}
            if bases & _SCALARS and keys & _COMPARISONS:
                yield found(
                    module,
                    "TDB408",
                    call,
                    f"{min(bases & _SCALARS).rpartition('.')[2]}.{min(filter(None, keys & _COMPARISONS))}",
                )
