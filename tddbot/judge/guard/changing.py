"""Results that change though the arguments do not: with the number of calls, the time of day, chance, or a file."""

import ast
from collections.abc import Iterator

from tddbot.judge.guard.conditions import is_decided
from tddbot.judge.guard.dependence import inside
from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Function, Module, parameters
from tddbot.judge.guard.names import Names

_CLOCKS = frozenset({
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime", "time.ctime", "time.asctime",
    "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns", "time.process_time",
    "time.process_time_ns", "time.clock_gettime", "datetime.datetime.now", "datetime.datetime.today",
    "datetime.datetime.utcnow", "datetime.date.today", "os.times", "os.getloadavg", "time.thread_time",
})  # fmt: skip
_AGES = frozenset({"stat", "getmtime", "getctime", "getatime", "getsize", "lstat"})
_CONVERTING = frozenset({"time.localtime", "time.gmtime", "time.strftime", "time.ctime", "time.asctime"})
_CHANCE = ("random.", "secrets.", "uuid.uuid1", "uuid.uuid4", "os.urandom", "numpy.random.", "os.getrandom")
_STATES = frozenset({
    "itertools.count", "itertools.cycle", "collections.deque", "collections.Counter", "collections.defaultdict",
    "builtins.iter", "builtins.list", "builtins.dict", "builtins.set", "itertools.chain", "itertools.repeat",
})  # fmt: skip
_MUTATING = frozenset(
    {"append", "add", "pop", "popleft", "update", "insert", "extend", "remove", "clear", "setdefault", "discard"}
)
_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.GeneratorExp, ast.ListComp)
_EXISTING = frozenset({"exists", "is_file", "isfile", "stat", "getmtime", "getsize", "read_text", "access"})
_WRITING = frozenset({"touch", "write_text", "write_bytes", "mkdir", "makedirs", "write"})


def changing(module: Module, names: Names) -> Iterator[Finding]:
    """Yield decisions that hang on a count of calls, on what an earlier call has left, on the clock or on chance."""
    for function in module.functions():
        body = list(inside(function))
        yield from _counting(function, body, module, names)
        yield from _remembering(body, module, names)
    yield from _remembering(list(inside(module.tree)), module, names)
    yield from _weighed(module, names)
    for name, node in names.uses:
        if name in _CONVERTING and _converts(node, module):
            continue
        is_chance = name.startswith(_CHANCE) and not name.endswith((".Random", ".SystemRandom", ".seed"))
        if (name in _CLOCKS or is_chance) and is_decided(module, node, by_constant=True):
            yield found(module, "TDB307", node, name)
    for call in module.every(ast.Call):
        if _is_seeded(call, names) and is_decided(module, call, by_constant=True):
            yield found(module, "TDB307", call, "hash")


def _weighed(module: Module, names: Names) -> Iterator[Finding]:
    """Decisions by where an object lies in memory, or by the age of the module's own file."""
    for call in module.every(ast.Call):
        method = _method(call)
        if method in _AGES and any(isinstance(each, ast.Name) and each.id == "__file__" for each in ast.walk(call)):
            if is_decided(module, call):
                yield found(module, "TDB307", call, "__file__")
        elif method == "id" and names.is_any(call.func, frozenset({"builtins.id"})):
            parents = (each for each in module.above(call) if isinstance(each, ast.BinOp))
            if any(isinstance(each.right, ast.Constant) for each in parents) and is_decided(module, call):
                yield found(module, "TDB307", call, "id")


def _converts(node: ast.AST, module: Module) -> bool:
    """Whether a time that is given is only written in another way."""
    call = module.parents.get(node)
    least = 2 if getattr(node, "attr", getattr(node, "id", "")) == "strftime" else 1
    return isinstance(call, ast.Call) and call.func is node and len(call.args) >= least


def _is_seeded(call: ast.Call, names: Names) -> bool:
    """Whether this is the hash of a constant text, which is another one in each process."""
    is_hash = names.is_any(call.func, frozenset({"builtins.hash"})) and len(call.args) == 1
    return is_hash and isinstance(names.value(call.args[0]), str)


def _counting(function: Function, body: list[ast.AST], module: Module, names: Names) -> Iterator[Finding]:
    states = set(_states(function, body, module, names))
    if not states:
        return
    loads = [node for node in body if isinstance(node, ast.Name | ast.Attribute) and _label(node) in states]
    for node in loads:
        if not isinstance(node.ctx, ast.Load):
            continue
        taken = _taken(node, module)
        if taken is not None and is_decided(module, taken):
            yield found(module, "TDB306", node, _label(node))
            continue
        branch = _branch_on(node, module)
        if (branch is not None and _answers_apart(branch, states, function)) or _is_index(node, module, names):
            yield found(module, "TDB306", node, _label(node))


def _taken(node: ast.AST, module: Module) -> ast.AST | None:
    """Return the call that takes the next item out of a state, or None."""
    parent = module.parents.get(node)
    if isinstance(parent, ast.Attribute) and parent.attr in ("pop", "popleft", "__next__"):
        return module.parents.get(parent)
    return None


def _label(node: ast.Name | ast.Attribute) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{_label(node.value)}.{node.attr}" if isinstance(node.value, ast.Name | ast.Attribute) else node.attr


def _states(function: Function, body: list[ast.AST], module: Module, names: Names) -> Iterator[str]:
    """Yield what outlives a call and is changed in it: globals, attributes of functions and classes, defaults."""
    owners = {each.name for each in (*module.functions(), *module.every(ast.ClassDef))} | {"cls"}
    given = set(parameters(function))
    kept = {name for node in body if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    if not kept and not any(isinstance(node, ast.Call | ast.AugAssign | ast.Attribute) for node in body):
        return
    failed = {each for node in body if isinstance(node, ast.ExceptHandler) for each in ast.walk(node)}
    for node in body:
        if node in failed:
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in kept:
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _owner(node) in owners:
            yield _label(node)
        elif isinstance(node, ast.Call):
            changed = _changed(node, names)
            if changed is not None and (
                _is_default(changed, function) if changed.id in given else _is_shared(changed, module, names)
            ):
                yield changed.id
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            name = node.value
            is_counted = isinstance(module.parents.get(node), ast.AugAssign)
            if is_counted and (_is_default(name, function) if name.id in given else _is_shared(name, module, names)):
                yield name.id


def _owner(node: ast.Attribute) -> str:
    return node.value.id if isinstance(node.value, ast.Name) else ""


def _changed(call: ast.Call, names: Names) -> ast.Name | None:
    """The name whose object a call changes."""
    function = call.func
    if (
        isinstance(function, ast.Attribute)
        and function.attr in _MUTATING | {"__next__"}
        and isinstance(function.value, ast.Name)
    ):
        return function.value
    is_next = names.is_any(function, frozenset({"builtins.next"})) and call.args
    return call.args[0] if is_next and isinstance(call.args[0], ast.Name) else None


def _is_default(name: ast.Name, function: Function) -> bool:
    plain = [*function.args.posonlyargs, *function.args.args]
    defaults = dict(zip((each.arg for each in reversed(plain)), reversed(function.args.defaults), strict=False))
    defaults |= {
        each.arg: value
        for each, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        if value
    }
    return isinstance(defaults.get(name.id), ast.List | ast.Dict | ast.Set | ast.Call)


def _is_shared(name: ast.Name, module: Module, names: Names) -> bool:
    """Whether a name is bound outside of the function to something that can be changed."""
    if any(scope == module.scopes[name] for scope in (module.scopes[each] for each in _stores(name.id, module))):
        return False
    for binder in names.binders(name.id, module.scopes[name]):
        shown = [binder.left, binder.right] if isinstance(binder, ast.BinOp) else [binder]
        if any(isinstance(each, _DISPLAYS) for each in shown):
            return True
        if isinstance(binder, ast.Call) and names.is_any(binder.func, _STATES):
            return True
    return False


def _stores(name: str, module: Module) -> list[ast.Name]:
    return [each for each in module.every(ast.Name) if each.id == name and isinstance(each.ctx, ast.Store)]


def _branch_on(node: ast.AST, module: Module) -> ast.AST | None:
    """Return the branch that a state decides by a constant, or by being there at all."""
    if not is_decided(module, node, by_constant=True) and not _is_flag(node, module):
        return None
    inner = node
    for parent in module.above(node):
        if isinstance(parent, ast.If | ast.IfExp | ast.While | ast.Match) and inner in (
            getattr(parent, "test", None), getattr(parent, "subject", None)
        ):  # fmt: skip
            return parent
        if isinstance(parent, ast.Assign | ast.NamedExpr):
            return _branch_by_name(parent, module)
        inner = parent
    return None


def _branch_by_name(statement: ast.Assign | ast.NamedExpr, module: Module) -> ast.AST | None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    names = {each.id for each in targets if isinstance(each, ast.Name)}
    branches: list[ast.If | ast.IfExp] = [*module.every(ast.If), *module.every(ast.IfExp)]
    for branch in branches:
        if any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(branch.test)):
            return branch
    return None


def _is_flag(node: ast.AST, module: Module) -> bool:
    parent = module.parents.get(node)
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
        node, parent = parent, module.parents.get(parent)
    return isinstance(parent, ast.If | ast.IfExp) and parent.test is node


def _answers_apart(branch: ast.AST, states: set[str], function: Function) -> bool:
    """Whether a branch gives another answer, and not only the state itself or nothing."""
    if isinstance(branch, ast.IfExp):
        return not any(_mentions(each, states) for each in (branch.body, branch.orelse))
    for node in inside(branch):
        if (
            isinstance(node, ast.Return)
            and node.value is not None
            and not _mentions(node.value, states)
            and not (isinstance(node.value, ast.Constant) and node.value.value is None)
        ):
            return True
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id not in states:
            name = node.targets[0].id
            returned = (each.value for each in inside(function) if isinstance(each, ast.Return) and each.value)
            if not _mentions(node.value, states) and any(_mentions(each, {name}) for each in returned):
                return True
    return False


def _mentions(node: ast.AST, states: set[str]) -> bool:
    return any(isinstance(each, ast.Name | ast.Attribute) and _label(each) in states for each in ast.walk(node))


def _is_index(node: ast.AST, module: Module, names: Names) -> bool:
    """Whether a count chooses from a table of constants."""
    for parent in module.above(node):
        if isinstance(parent, ast.Subscript) and node is not parent.value:
            return isinstance(names.value(parent.value), list | tuple | dict)
        if isinstance(parent, ast.stmt):
            return False
    return False


def _remembering(body: list[ast.AST], module: Module, names: Names) -> Iterator[Finding]:
    """A file that one call leaves and another one looks for."""
    if not any(isinstance(node, ast.Call) and _method(node) in _EXISTING for node in body):
        return
    looked: dict[str, ast.Call] = {}
    written: set[str] = set()
    for call in (node for node in body if isinstance(node, ast.Call)):
        method = _method(call)
        path = _path_of(call, names)
        if path is None:
            continue
        if method in _EXISTING and is_decided(module, call):
            looked.setdefault(path, call)
        elif method in _WRITING or (method == "open" and _is_written(call, names)):
            written.add(path)
    for path in sorted(written & looked.keys()):
        yield found(module, "TDB306", looked[path], path[:60])


def _method(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _is_written(call: ast.Call, names: Names) -> bool:
    modes = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "mode")]
    return any(set(names.text(mode) or "") & set("wax") for mode in modes)


def _path_of(call: ast.Call, names: Names) -> str | None:
    """The constant path, or the name of a variable, that a call works on."""
    holders = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    for each in (*call.args[:1], *holders):
        if (text := names.text(each)) is not None:
            return text
        if isinstance(each, ast.Name) and _is_fixed(each, names):
            return each.id
        if isinstance(each, ast.Call) and each.args and (text := names.text(each.args[0])) is not None:
            return text
    return None


def _is_fixed(name: ast.Name, names: Names) -> bool:
    """Whether a name stands for the same path in each call: nothing in it comes from a parameter or a loop."""
    binders = names.binders(name.id, names.module.scopes.get(name, ""))
    return bool(binders) and all(
        isinstance(binder, ast.expr)
        and not isinstance(names.module.parents.get(binder), ast.arguments)
        and all(_is_outer(each, names) for each in ast.walk(binder) if isinstance(each, ast.Name))
        for binder in binders
    )


def _is_outer(name: ast.Name, names: Names) -> bool:
    """Whether a name is a module's, a builtin's, or one of another constant."""
    found = names.binders(name.id, names.module.scopes.get(name, ""))
    return bool(names.dotted(name)) or not found or names.text(name) is not None
