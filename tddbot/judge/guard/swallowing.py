"""What keeps a failed assertion of a test from being seen: it can only be caught where a test's code runs inside."""

import ast
from collections.abc import Iterator

from tddbot.judge.guard.dependence import answers, inside, is_used, truth
from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Module, parameters
from tddbot.judge.guard.names import Names

_ASSERTIONS = frozenset({"builtins.AssertionError"})
_ALL = frozenset({"builtins.BaseException"})
_MOST = frozenset({"builtins.Exception"})
_KEEPING = frozenset({"set_exception", "put", "put_nowait", "append", "throw", "send", "fail", "with_traceback", "add"})
_SUPPRESS = frozenset({"contextlib.suppress"})


def swallowing(module: Module, names: Names) -> Iterator[Finding]:
    """Yield handlers, `suppress`, `__exit__` and `finally` that end an assertion's way up."""
    blocks: list[ast.Try | ast.TryStar] = [*module.every(ast.Try), *module.every(ast.TryStar)]
    for node in blocks:
        for handler in node.handlers:
            if _swallows(handler, node, module, names):
                yield found(module, "TDB409", handler, f"except {_caught(handler)}".strip())
        yield from _ended(node, module)
    for call in module.every(ast.Call):
        if names.is_any(call.func, _SUPPRESS):
            caught = frozenset(name for each in call.args for name in names.dotted(each))
            holder = next((each for each in module.above(call) if isinstance(each, ast.With | ast.AsyncWith)), None)
            if caught & (_ASSERTIONS | _ALL) or (caught & _MOST and holder and _yields(holder.body)):
                yield found(module, "TDB409", call, "contextlib.suppress")
        elif getattr(call.func, "attr", "") in ("push", "push_async_exit") and call.args:
            exit_ = call.args[0]
            if isinstance(exit_, ast.Lambda) and truth(exit_.body, names) is True:
                yield found(module, "TDB409", call, "push")
    for kind in module.every(ast.ClassDef):
        if any(names.is_any(base, _SUPPRESS) for base in kind.bases) and any(
            isinstance(each, ast.Name) and names.is_any(each, _ASSERTIONS | _ALL) for each in ast.walk(kind)
        ):
            yield found(module, "TDB409", kind, "contextlib.suppress")
    yield from _exits(module, names)


def _caught(handler: ast.ExceptHandler) -> str:
    return ast.unparse(handler.type)[:60] if handler.type else ""


def _swallows(handler: ast.ExceptHandler, block: ast.AST, module: Module, names: Names) -> bool:
    """Whether an assertion that fails within a block is caught here and does not go on."""
    kinds = frozenset(name for each in ast.walk(handler.type) for name in names.dotted(each)) if handler.type else _ALL
    if any(isinstance(each, ast.Raise) for statement in handler.body for each in ast.walk(statement)):
        return False
    body: list[ast.stmt] = getattr(block, "body", [])
    if kinds & _ASSERTIONS:
        return not _asserts(body) or _yields(body)
    if kinds & _MOST and not kinds & _ALL:
        return (_yields(body) and _is_context(module, block, names)) or _drops(body, handler, module, block)
    if not kinds & _ALL or _passes_on(handler):
        return False
    return (_yields(body) and _is_context(module, block, names)) or (_calls_stranger(body, module, block))


def _asserts(body: list[ast.stmt]) -> bool:
    return any(isinstance(each, ast.Assert) for statement in body for each in ast.walk(statement))


def _yields(body: list[ast.stmt]) -> bool:
    return any(isinstance(each, ast.Yield | ast.YieldFrom) for statement in body for each in ast.walk(statement))


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Whether the exception is kept for somebody, such as a future or a queue."""
    kept = (
        each
        for statement in handler.body
        for each in ast.walk(statement)
        if isinstance(each, ast.Assign | ast.Return | ast.Yield)
        or (isinstance(each, ast.Call) and getattr(each.func, "attr", "") in _KEEPING)
    )
    return handler.name is not None and any(
        isinstance(name, ast.Name) and name.id == handler.name for each in kept for name in ast.walk(each)
    )


def _is_context(module: Module, node: ast.AST, names: Names) -> bool:
    """Whether a block is in a generator that a `with` of others runs."""
    function = module.function_around(node)
    managers = ("contextmanager", "asynccontextmanager")
    return function is not None and any(
        getattr(decorator, "attr", getattr(decorator, "id", "")) in managers
        or any(name.endswith("contextmanager") for name in names.dotted(decorator))
        for decorator in function.decorator_list
    )


def _calls_stranger(body: list[ast.stmt], module: Module, block: ast.AST) -> bool:
    """Whether a parameter is called: a decorator's or a callback's function, which may be a test's."""
    given = {
        name
        for around in module.above(block)
        if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in parameters(around)
    } - {"self", "cls"}
    loops = (each for each in module.above(block) if isinstance(each, ast.For | ast.AsyncFor))
    given |= {each.id for loop in loops for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
    calls = (each for statement in body for each in ast.walk(statement) if isinstance(each, ast.Call))
    return any(isinstance(call.func, ast.Name) and call.func.id in given for call in calls)


def _drops(body: list[ast.stmt], handler: ast.ExceptHandler, module: Module, block: ast.AST) -> bool:
    """Whether a stranger is called for no answer, and what it raises is dropped without a word."""
    if not all(isinstance(each, ast.Pass | ast.Continue | ast.Break) for each in handler.body):
        return False
    loops = (each for each in module.above(block) if isinstance(each, ast.For | ast.AsyncFor))
    looped = {each.id for loop in loops for each in ast.walk(loop.target) if isinstance(each, ast.Name)}
    function = module.function_around(block)
    given = set(parameters(function)) - {"self", "cls"} if function else set()
    return len(body) == 1 and any(
        isinstance(each, ast.Expr)
        and isinstance(each.value, ast.Call)
        and isinstance(each.value.func, ast.Name)
        and each.value.func.id in looped | given
        for each in body
    )


def _ended(node: ast.AST, module: Module) -> Iterator[Finding]:
    """`return`, `break` or `continue` in `finally`, which drops whatever is on its way up."""
    body: list[ast.stmt] = getattr(node, "finalbody", [])
    waiting: list[tuple[ast.AST, bool]] = [(each, False) for each in body]
    while waiting:
        each, in_loop = waiting.pop()
        if isinstance(each, ast.Return) or (isinstance(each, ast.Break | ast.Continue) and not in_loop):
            yield found(module, "TDB409", each, f"{type(each).__name__.lower()} in finally")
        elif not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            looping = in_loop or isinstance(each, ast.For | ast.While | ast.AsyncFor)
            waiting += ((child, looping) for child in ast.iter_child_nodes(each))


def _exits(module: Module, names: Names) -> Iterator[Finding]:
    """`__exit__` that is true whatever was raised, or for assertions."""
    for function in module.functions():
        if function.name not in ("__exit__", "__aexit__") or not module.class_of(function):
            continue
        own = parameters(function)[:1]
        given = [
            each
            for each in answers(function)
            if each is not None and (truth(each, names) is True or (isinstance(each, ast.Name) and each.id in own))
        ]
        looked_at = any(is_used(function, name) for name in parameters(function)[1:2])
        named = any(names.is_any(each, _ASSERTIONS | _ALL) for each in inside(function) if isinstance(each, ast.Name))
        if (given and not looked_at) or (
            named and any(truth(each, names) is not False for each in answers(function) if each)
        ):
            yield found(module, "TDB409", function, function.name)
    for assign in module.every(ast.Assign):
        value = assign.value
        if (
            isinstance(value, ast.Lambda)
            and truth(value.body, names) is True
            and any(isinstance(each, ast.Name) and each.id == "__exit__" for each in assign.targets)
        ):
            yield found(module, "TDB409", assign, "__exit__")
