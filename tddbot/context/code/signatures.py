"""A module without its bodies: imports, names of constants, classes and functions with their signatures.

The result is valid Python; `...` stands in the place of every body and of every value that is left out.
"""

import ast
import copy
from collections.abc import Iterator, Sequence

from tddbot.context.bounds import ONE_SIGNATURE
from tddbot.context.code.facts import statements

_CUT = "# [the rest of this module is not shown]\n"
_WIDEST_VALUE = 60
_MOST_LINES = 6
_ELLIPSIS = ast.Constant(...)
_DEEPEST = 3
_MAIN = "__main__"


def signatures_of(tree: ast.Module, text: str) -> str:  # noqa: ARG001
    """Return the signatures of a module, private functions left out; "" where it has none or nests too deeply."""
    try:
        pieces = [_text(node) for node in _module(tree)]
    except RecursionError:
        return ""
    kept: list[str] = []
    room = ONE_SIGNATURE - len(_CUT)
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            return "".join([*kept, _CUT])
        kept.append(piece)
    return "".join(kept)


def _text(node: ast.stmt) -> str:
    gap = "\n" if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else ""
    return f"{gap}{ast.unparse(ast.fix_missing_locations(node))}\n"


def _module(tree: ast.Module) -> Iterator[ast.stmt]:
    if (said := _first_line(tree)) is not None:
        yield said
    yield from _outer(tree.body, 0)


def _outer(body: Sequence[ast.stmt], deep: int) -> Iterator[ast.stmt]:
    """Yield what a module or class shows of its statements."""
    for node in statements(body):
        match node:
            case ast.Import() | ast.ImportFrom():
                yield node
            case ast.FunctionDef() | ast.AsyncFunctionDef() if not _is_private(node.name):
                yield _function(node)
            case ast.ClassDef() if deep < _DEEPEST:
                yield _class(node, deep)
            case ast.Assign(targets=targets):
                yield from (_constant(name) for target in targets for name in _names(target))
            case ast.AnnAssign(target=ast.Name(id=name)) if not _is_private(name):
                yield _annotated(node, deep)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    bare = copy.copy(node)
    bare.body = _body(node)
    bare.decorator_list = [_short(each) for each in node.decorator_list]
    bare.args = copy.copy(node.args)
    bare.args.defaults = [_short(each) for each in node.args.defaults]
    bare.args.kw_defaults = [each and _short(each) for each in node.args.kw_defaults]
    return bare


def _class(node: ast.ClassDef, deep: int) -> ast.stmt:
    bare = copy.copy(node)
    inner = list(_outer(node.body, deep + 1))
    bare.body = [*_body(node)[:-1], *inner] if inner else _body(node)
    bare.decorator_list = [_short(each) for each in node.decorator_list]
    return bare


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.stmt]:
    said = _first_line(node)
    return [*([said] if said else []), ast.Expr(_ELLIPSIS)]


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module) -> ast.stmt | None:
    text = (ast.get_docstring(node) or "").strip().partition("\n")[0].rstrip()
    return ast.Expr(ast.Constant(text)) if text else None


def _constant(name: str) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], _ELLIPSIS)


def _annotated(node: ast.AnnAssign, deep: int) -> ast.stmt:
    """A field of a class keeps a short default, which is part of how the class is called."""
    bare = copy.copy(node)
    bare.value = node.value and (_short(node.value) if deep else _ELLIPSIS)
    return bare


def _names(target: ast.expr) -> Iterator[str]:
    items = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    yield from (item.id for item in items if isinstance(item, ast.Name) and not _is_private(item.id))


def _short(value: ast.expr) -> ast.expr:
    """Return an expression as it is where it takes little room, else `...`; what a call gives does not matter then."""
    lines = (value.end_lineno or value.lineno) - value.lineno
    width = (value.end_col_offset or 0) - value.col_offset
    if lines == 0 and width <= _WIDEST_VALUE:
        return value
    return _short(value.func) if isinstance(value, ast.Call) else _ELLIPSIS


def _is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))
