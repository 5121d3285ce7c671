"""Changes to what is not the project's own: modules, builtins, the import system, pytest's hooks, and its outcomes."""

import ast
import sys
from collections.abc import Iterator

from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Module
from tddbot.judge.guard.names import Names

_STREAMS = frozenset(
    {"sys.stdout", "sys.stderr", "sys.stdin", "sys.argv", "sys.ps1", "sys.ps2", "sys.dont_write_bytecode"}
)
_MACHINERY = (
    "sys.modules", "sys.meta_path", "sys.path_hooks", "sys.path_importer_cache", "importlib.abc",
    "importlib.machinery", "importlib._bootstrap", "importlib._bootstrap_external", "zipimport", "site.addsitedir",
    "importlib.invalidate_caches",
)  # fmt: skip
_CHANGING = frozenset({
    "append", "insert", "extend", "pop", "popitem", "remove", "clear", "update", "setdefault", "__setitem__",
    "__delitem__", "reverse", "sort", "__ior__",
})  # fmt: skip
_MODULE_TESTS = frozenset(
    {"__unittest", "__tracebackhide__", "pytest_plugins", "collect_ignore", "collect_ignore_glob", "__test__"}
)
_HOOKS = frozenset({"load_tests", "setUpModule", "tearDownModule"})
_OUTCOMES = frozenset({"SkipTest", "Skipped", "XFailed", "_Should_Stop", "OutcomeException", "_SkipException"})
_INTERRUPTS = frozenset(
    {"builtins.KeyboardInterrupt", "builtins.GeneratorExit", "unittest.SkipTest", "unittest.case.SkipTest"}
)
_SETTING = frozenset(
    {
        "builtins.setattr",
        "builtins.delattr",
        "builtins.type.__setattr__",
        "builtins.object.__setattr__",
        "builtins.type.__delattr__",
    }
)


def tampering(module: Module, names: Names, own: frozenset[str]) -> Iterator[Finding]:
    """Yield what changes others' modules and classes; `own` are the top names of the project's modules."""
    for target, node in _stored(module):
        for name in sorted(names.dotted(target)):
            yield from _change(module, node, name, own)
    for call in module.every(ast.Call):
        yield from _changing_call(module, call, names, own)
    for function in module.functions():
        if function.name.startswith("pytest_") or function.name in _HOOKS:
            yield found(module, "TDB404", function, function.name)
    for stored in module.every(ast.Name):
        if stored.id in _MODULE_TESTS and isinstance(stored.ctx, ast.Store):
            yield found(module, "TDB404", stored, stored.id)
    yield from _raised(module, names)
    yield from _loaders(module, names)


def _stored(module: Module) -> Iterator[tuple[ast.expr, ast.stmt]]:
    """Yield the attributes and items that are assigned to or deleted."""
    targets: list[ast.Attribute | ast.Subscript] = [*module.every(ast.Attribute), *module.every(ast.Subscript)]
    for target in targets:
        if isinstance(target.ctx, ast.Store | ast.Del):
            statement = next((each for each in module.above(target) if isinstance(each, ast.stmt)), None)
            if statement is not None:
                is_item = isinstance(target, ast.Subscript)
                yield (target.value if is_item else target), statement
                if is_item:
                    yield target, statement


def _change(module: Module, node: ast.AST, name: str, own: frozenset[str]) -> Iterator[Finding]:
    top = name.partition(".")[0]
    if any(name == each or name.startswith(f"{each}.") for each in _MACHINERY):
        yield found(module, "TDB403", node, name)
    elif top == "builtins":
        yield found(module, "TDB402", node, name)
    elif ("." in name and top in sys.stdlib_module_names and name not in _STREAMS and not _is_setting(name, node)) or (
        "." in name
        and top
        and top not in own
        and top not in sys.stdlib_module_names
        and not name.startswith((".", "<"))
        and isinstance(node, ast.Assign)
        and not _is_setting(name, node)
    ):
        yield found(module, "TDB401", node, name)


def _is_setting(name: str, node: ast.AST) -> bool:
    """Whether an item of a foreign table is set that is there to be set, such as a variable of the environment."""
    targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [getattr(node, "target", None)]
    is_item = any(isinstance(each, ast.Subscript) for each in targets)
    return is_item and not name.endswith(".__dict__") and ".__dict__." not in name and not name.startswith("sys.")


def _changing_call(module: Module, call: ast.Call, names: Names, own: frozenset[str]) -> Iterator[Finding]:
    if names.is_any(call.func, _SETTING) and len(call.args) > 1:
        for base in sorted(names.dotted(call.args[0])):
            if base not in ("sys.modules", "<globals>"):
                yield from _set(module, call, f"{base}.{names.text(call.args[1]) or '…'}", own)
    if isinstance(call.func, ast.Attribute) and call.func.attr in _CHANGING:
        for base in sorted(names.dotted(call.func.value)):
            if base.endswith(".__dict__") or base == "sys.modules":
                yield from _set(module, call, base, own)
            elif any(base == each for each in _MACHINERY) or (
                base == "sys.path" and module.function_around(call) is None
            ):
                yield found(module, "TDB403", call, base)
            elif base == "builtins":
                yield found(module, "TDB402", call, base)


def _set(module: Module, call: ast.Call, name: str, own: frozenset[str]) -> Iterator[Finding]:
    top = name.partition(".")[0]
    if name.startswith("sys.modules"):
        yield found(module, "TDB403", call, "sys.modules")
    elif top == "builtins":
        yield found(module, "TDB402", call, name)
    elif top and top not in own and not name.startswith((".", "<")) and name not in _STREAMS:
        yield found(module, "TDB401", call, name)


def _raised(module: Module, names: Names) -> Iterator[Finding]:
    for node in module.every(ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if raised is None:
            continue
        said = sorted(names.dotted(raised) & _INTERRUPTS)
        name = getattr(raised, "attr", getattr(raised, "id", ""))
        if said or name in _OUTCOMES:
            yield found(module, "TDB405", node, said[0].rpartition(".")[2] if said else name)


def _loaders(module: Module, names: Names) -> Iterator[Finding]:
    """Classes that load modules, and paths that are put together where a module is imported."""
    for node in module.every(ast.ClassDef):
        defined = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        bases = {name for base in node.bases for name in names.dotted(base)}
        if {"find_spec", "exec_module"} & defined and (
            bases or {"find_spec", "exec_module"} <= defined or "create_module" in defined
        ):
            yield found(module, "TDB403", node, node.name)
    for name in module.every(ast.Name):
        if (
            name.id in ("__path__", "__loader__", "__spec__")
            and isinstance(name.ctx, ast.Store)
            and not module.scopes[name]
        ):
            yield found(module, "TDB403", name, name.id)
    for target, statement in _stored(module):
        if isinstance(target, ast.Attribute) and names.dotted(target) & {"sys.path"}:
            yield found(module, "TDB403", statement, "sys.path")
