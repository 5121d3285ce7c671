"""Arguments that are recognised by their hash, so that no table shows which ones they are."""

import ast
from collections.abc import Iterator

from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.folding import UNKNOWN
from tddbot.judge.guard.module import Module
from tddbot.judge.guard.names import Names

_HASHES = frozenset({"builtins.hash", "zlib.crc32", "zlib.adler32", "binascii.crc32", "binascii.crc_hqx"})
_LARGE = 2**24
_DIGESTS = frozenset({"hexdigest", "digest"})
_PASSING = (ast.Call, ast.Attribute, ast.BinOp, ast.Subscript, ast.UnaryOp)


def hashing(module: Module, names: Names) -> Iterator[Finding]:
    """Yield hashes that are compared with constants, or looked up in a table of them."""
    for node in module.every(ast.BinOp):
        if isinstance(node.op, ast.RShift | ast.Mod | ast.BitAnd) and _is_mask(node, names):
            yield found(module, "TDB304", node, str(names.value(node.left))[:40])
    for call in module.every(ast.Call):
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        hashed = names.is_any(call.func, _HASHES) or (method in _DIGESTS and _is_hashlib(call, names))
        if hashed and _is_recognised(call, module, names, 0):
            yield found(module, "TDB304", call, ast.unparse(call.func)[:60])


def _is_mask(node: ast.BinOp, names: Names) -> bool:
    """Whether an argument picks a bit, or a divisor, of one large number that is none of the usual masks."""
    value = names.value(node.left)
    if not isinstance(value, int) or value < _LARGE or names.value(node.right) is not UNKNOWN:
        return False
    return len(bin(value).rstrip("0").replace("0b", "").strip("1")) > 0


def _is_hashlib(call: ast.Call, names: Names) -> bool:
    for node in ast.walk(call.func):
        if any(name.startswith("hashlib.") for name in names.dotted(node)):
            return True
        if isinstance(node, ast.Name):
            for binder in names.binders(node.id, names.module.scopes.get(node, "")):
                if isinstance(binder, ast.Call) and any(
                    name.startswith("hashlib.") for name in names.dotted(binder.func)
                ):
                    return True
    return False


def _is_recognised(node: ast.AST, module: Module, names: Names, depth: int) -> bool:
    inner = node
    for parent in module.above(node):
        if isinstance(parent, ast.Compare):
            return any(_is_known(each, names) for each in (parent.left, *parent.comparators) if each is not inner)
        if isinstance(parent, ast.Subscript) and inner is parent.slice:
            return _is_known(parent.value, names)
        if (
            isinstance(parent, ast.Call)
            and inner is not parent.func
            and getattr(parent.func, "attr", "") in ("get", "index", "pop")
        ):
            return isinstance(parent.func, ast.Attribute) and _is_known(parent.func.value, names)
        if isinstance(parent, ast.Match):
            return True
        if isinstance(parent, ast.Assign | ast.NamedExpr):
            return depth < 3 and _is_recognised_by_name(parent, module, names, depth)
        if not isinstance(parent, _PASSING):
            return False
        inner = parent
    return False


def _is_known(node: ast.expr, names: Names) -> bool:
    """Whether something is a constant that stands for hashes; 0 and 1 do not."""
    value = names.value(node)
    if isinstance(node, ast.Dict) or isinstance(value, dict):
        keys = node.keys if isinstance(node, ast.Dict) else []
        return isinstance(value, dict) or any(key is not None and names.value(key) is not UNKNOWN for key in keys)
    if isinstance(node, ast.Name) and value is UNKNOWN:
        binders = names.binders(node.id, names.module.scopes.get(node, ""))
        return any(isinstance(each, ast.Dict) and len(each.keys) > 0 for each in binders)
    return value is not UNKNOWN and value not in (None, 0, 1, -1, "", b"", [], ())


def _is_recognised_by_name(statement: ast.Assign | ast.NamedExpr, module: Module, names: Names, depth: int) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    stored = {each.id for each in targets if isinstance(each, ast.Name)}
    scope = module.scopes[statement]
    return any(
        _is_recognised(use, module, names, depth + 1)
        for use in module.every(ast.Name)
        if use.id in stored and isinstance(use.ctx, ast.Load) and module.scopes[use] == scope
    )
