"""Names and code that are hidden from who reads them: computed attributes of sensitive modules, and encoded source."""

import ast
from collections.abc import Iterator

from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Module
from tddbot.judge.guard.names import Names
from tddbot.parsing import parsed

_SENSITIVE = frozenset({
    "sys", "os", "builtins", "gc", "inspect", "importlib", "atexit", "unittest", "pytest", "_pytest", "ctypes",
    "threading", "sys.modules", "<globals>",
})  # fmt: skip
_GETTING = frozenset({"builtins.getattr", "builtins.setattr", "builtins.delattr"})
_RUNNING = frozenset({"builtins.exec", "builtins.eval", "builtins.compile"})
_DECODING = frozenset({
    "b64decode", "urlsafe_b64decode", "b32decode", "b16decode", "b85decode", "a85decode", "unhexlify", "fromhex",
    "decompress", "decodebytes", "a2b_base64", "rot13",
})  # fmt: skip
_MAKING = frozenset({"builtins.chr", "builtins.bytes", "builtins.bytearray", "marshal.loads", "builtins.reversed"})


def hiding(module: Module, names: Names) -> Iterator[Finding]:
    """Yield attributes that are computed on a sensitive module, and code that is run out of an encoded text."""
    for call in module.every(ast.Call):
        if len(call.args) > 1 and names.is_any(call.func, _GETTING) and names.text(call.args[1]) is None:
            for base in sorted(names.dotted(call.args[0]) & _SENSITIVE):
                yield found(module, "TDB208", call, f"{base}.…")
        elif call.args and names.is_any(call.func, _RUNNING) and _is_encoded(call.args[0], names):
            yield found(module, "TDB208", call, ast.unparse(call.func)[:60])
    for item in module.every(ast.Subscript):
        if names.text(item.slice) is None and not isinstance(item.slice, ast.Slice):
            bases = {base for base in names.dotted(item.value) if base.endswith(".__dict__")}
            for base in sorted(bases):
                if base.removesuffix(".__dict__") in _SENSITIVE:
                    yield found(module, "TDB208", item, base)


def _is_encoded(code: ast.expr, names: Names) -> bool:
    """Whether code is decoded or put together from characters right before it runs."""
    nodes = list(ast.walk(code))
    if isinstance(code, ast.Name):
        binders = names.binders(code.id, names.module.scopes.get(code, ""))
        nodes += (each for binder in binders if isinstance(binder, ast.expr) for each in ast.walk(binder))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return any(
        getattr(call.func, "attr", getattr(call.func, "id", "")) in _DECODING or names.is_any(call.func, _MAKING)
        for call in calls
    )


def hidden(module: Module, names: Names) -> Iterator[tuple[ast.Call, ast.Module]]:
    """Yield the source texts that a module runs by `exec` and its like, where they can be read, as trees."""
    for call in module.every(ast.Call):
        if call.args and names.is_any(call.func, _RUNNING):
            value = names.value(call.args[0])
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
            tree = parsed(text.strip()) if isinstance(text, str) else None
            if isinstance(tree, ast.Module):
                yield call, tree
