"""Split mode, the parent's part: whether a patch fits by its text, and what the tests' side is told of it. Pure."""

import ast
import builtins
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from tddbot.domain import Edit, NodeId, Patch
from tddbot.runner.guest.split.plain import Encoder
from tddbot.runner.guest.split.scalars import NotPlainError

HELD = "split mode"
"""What a run names that it held where the modules under test ran apart from the tests."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_REACHING = frozenset(
    {
        "responses", "requests_mock", "respx", "pyfakefs", "vcr", "runpy", "socket", "subprocess", "multiprocessing",
        "concurrent", "asyncio", "trio", "anyio", "importlib", "gc", "ctypes", "tempfile", "django",
        "pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jsonpickle", "jinja2", "mako",
    }
)  # fmt: skip
"""What lets a test change or see more of a function than arguments and results, or makes code of data."""

_REACHING_NAMES = frozenset(
    {
        "assertLogs", "assertNoLogs", "reload", "getsource", "exec", "eval", "__import__", "dictConfig", "read_pickle",
        "unsafe_load", "full_load", "UnsafeLoader", "FullLoader", "Loader",
    }
)  # fmt: skip
_CALLERS = ("_getframe", "currentframe", "inspect.stack")
_KINDS = (
    ("posonlyargs", "POSITIONAL_ONLY"), ("args", "POSITIONAL_OR_KEYWORD"), ("vararg", "VAR_POSITIONAL"),
    ("kwonlyargs", "KEYWORD_ONLY"), ("kwarg", "VAR_KEYWORD"),
)  # fmt: skip


def reason_unfit(patch: Patch, texts: Mapping[str, str], nodes: Collection[NodeId] = ()) -> str | None:
    """Say why a split run would be in vain, or None where it may fit; `texts` are the tests' files by their paths.

    Where `nodes` are given, other tests do not count. What runs may still turn out to be unfit: this reads only what
    the tests themselves name.
    """
    wanted = {part.partition("[")[0] for node in nodes for part in node.split("::")[1:2]}
    try:
        return next(_reasons(patch, texts, wanted), None)
    except _UNREADABLE as error:
        return f"a file cannot be read: {type(error).__name__}"


def surfaces(patch: Patch) -> dict[str, Any]:
    """Return by path what the tests' side is told of each module that `patch` writes, as plain JSON."""
    return {edit.path: _surface(ast.parse(edit.after)) for edit in patch.edits if edit.after is not None}


def _reasons(patch: Patch, texts: Mapping[str, str], wanted: Collection[str]) -> Iterator[str]:
    for edit in patch.edits:
        yield from _reasons_of_edit(edit)
    modules = {edit.path: ast.parse(edit.after or "") for edit in patch.edits}
    homes = {part for path in modules for part in (*PurePosixPath(path).parts[:-1], PurePosixPath(path).stem)}
    for path, text in texts.items():
        if path in modules:
            yield f"{path} holds tests itself"
        tree = ast.parse(text)
        tree.body = [node for node in tree.body if not wanted or not _is_other_test(node, wanted)]
        if homes.isdisjoint(f"{origin}.{name}".strip(".").split(".")[0] for origin, name, _ in _imported(tree)):
            yield f"{path} imports nothing of what the patch changes"
        yield from (f"{path} uses {name}" for name in sorted(_reaching(tree)))
        for module, names in _used(tree, modules).items():
            yield from _reasons_of_names(modules[module], names)


def _is_other_test(node: ast.stmt, wanted: Collection[str]) -> bool:
    if not isinstance(node, _Function | ast.ClassDef):
        return False
    return node.name.lower().startswith("test") and node.name not in wanted


def _reasons_of_edit(edit: Edit) -> Iterator[str]:
    path = PurePosixPath(edit.path)
    if edit.after is None:
        yield f"{edit.path} is deleted"
    # Only where it did so before: a patch that begins to is what split mode is there for.
    if any(word in (edit.before or "") for word in _CALLERS):
        yield f"{edit.path} looks at its callers, which are others there"
    if path.suffix != ".py" or not all(part.isidentifier() for part in (path.stem, *path.parts[1:-1])):
        yield f"{edit.path} is no module that a test imports"


def _reaching(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found = {part for alias in names for part in alias.name.split(".")}
            case ast.ImportFrom(module=str(module), names=names):
                found = {*module.split("."), *(alias.name for alias in names if module in ("unittest", "importlib"))}
            case ast.Attribute(attr=name) | ast.Name(id=name):
                found = {name} & _REACHING_NAMES
            case _:
                continue
        yield from found & (_REACHING | _REACHING_NAMES)


def _used(tree: ast.Module, modules: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """Return by path the names of patched modules that a test's file uses, beyond importing them."""
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used: dict[str, set[str]] = {path: set() for path in modules}
    called: dict[str, str] = {}
    for origin, name, own in _imported(tree):
        for path in modules:
            if _is_called(path, f"{origin}.{name}".strip(".")):
                called[own] = path
            elif origin and _is_called(path, origin):
                used[path] |= loaded if name == "*" else {name} if own in loaded else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (whole := ast.unparse(node.value)) in called:
            used[called[whole]].add(node.attr)
    return used


def _imported(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Yield of each import the module that it is from, if any, the name there, and the name here."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            yield from ((origin, alias.name, alias.asname or alias.name) for alias in node.names)


def _is_called(path: str, name: str) -> bool:
    """Whether the module at `path` may have that dotted name: where sys.path begins is not known here."""
    place = path.removesuffix(".py").removesuffix("/__init__")
    return f"/{place}".endswith("/" + name.replace(".", "/"))


def _reasons_of_names(module: ast.Module, names: set[str]) -> Iterator[str]:
    exceptions = _exceptions(module)
    for node in module.body:
        match node:
            case ast.ClassDef(name=name) if name in names and name not in exceptions:
                yield f"the tests use the class {name}"
            case ast.AsyncFunctionDef(name=name) if name in names:
                yield f"the tests use {name}, which is async"
            case ast.FunctionDef(name=name) if name in names and _is_generator(node):
                yield f"the tests use {name}, which is a generator"


def _is_generator(function: ast.FunctionDef) -> bool:
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False


def _surface(module: ast.Module) -> dict[str, Any]:
    bound = [name for node in module.body for name in _bound(node)]
    functions = {
        node.name: _function(node)
        for node in module.body
        if isinstance(node, _Function) and not node.decorator_list and bound.count(node.name) == 1
    }
    exceptions = {name: told for name, told in _exceptions(module).items() if bound.count(name) == 1}
    return {"doc": ast.get_docstring(module, clean=False), "functions": functions, "exceptions": exceptions}


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top binds, in whichever branch."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)
        case _:
            for child in ast.walk(node):
                if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                    yield child.id
                elif child is not node and isinstance(child, ast.stmt):
                    yield from _bound(child)


def _exceptions(module: ast.Module) -> dict[str, dict[str, Any]]:
    """The classes that are nothing but a name for an exception: a known base, and at most a docstring."""
    found: dict[str, dict[str, Any]] = {}
    for node in module.body:
        match node:
            case ast.ClassDef(name=name, bases=[ast.Name(id=base)], keywords=[], decorator_list=[], body=body):
                is_builtin = _is_exception(base) and base not in found
                if (is_builtin or base in found) and all(_says_nothing(each) for each in body):
                    found[name] = {"base": base, "builtin": is_builtin, "doc": ast.get_docstring(node, clean=False)}
    return found


def _is_exception(name: str) -> bool:
    value = getattr(builtins, name, None)
    return isinstance(value, type) and issubclass(value, Exception)


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _function(node: _Function) -> dict[str, Any]:
    return {
        "name": node.name,
        "doc": ast.get_docstring(node, clean=False),
        "parameters": list(_parameters(node.args)),
        "returns": _source(node.returns),
    }


def _parameters(arguments: ast.arguments) -> Iterator[list[Any]]:
    places = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(places) - len(arguments.defaults)) + [*arguments.defaults]
    known = dict(zip([*places, *arguments.kwonlyargs], [*defaults, *arguments.kw_defaults], strict=True))
    for field, kind in _KINDS:
        found = getattr(arguments, field)
        for argument in found if isinstance(found, list) else [found] if found else []:
            yield [argument.arg, kind, _default(known.get(argument)), _source(argument.annotation)]


def _default(node: ast.expr | None) -> dict[str, Any] | None:
    if node is None:
        return None
    try:
        return {"source": ast.unparse(node), "tree": Encoder().encode(ast.literal_eval(node))}
    except (*_UNREADABLE, TypeError, NotPlainError):
        return {"source": ast.unparse(node)}


def _source(node: ast.expr | None) -> str | None:
    return None if node is None else ast.unparse(node)
