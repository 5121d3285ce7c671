"""What the parameters of a test may be by the tables that it is parametrized with."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from tddbot.generator.offline.scaffold.looking import Looker
from tddbot.generator.offline.scaffold.values import Scope, Values

_MOST_ROWS = 40


def parametrized(decorators: Iterable[ast.expr], looker: Looker, scope: Scope) -> dict[str, Values]:
    """Return the values of each parameter that `pytest.mark.parametrize` names."""
    found: dict[str, Values] = {}
    for decorator in decorators:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=[first, table, *_]):
                names = _names(first)
                for row in _rows(table, looker, scope):
                    for name, values in zip(names, _cells(row, len(names), looker, scope), strict=False):
                        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *values)))
    return found


def _names(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [name.strip() for name in text.split(",") if name.strip()]
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return [str(item.value) for item in items if isinstance(item, ast.Constant)]
    return []


def _rows(table: ast.expr, looker: Looker, scope: Scope) -> Iterator[ast.expr]:
    """Yield the rows of a table, which may stand under a name, or be the items of a dict."""
    nodes = [table, *(value.node for value in looker.look(table, scope) if value.node is not None)]
    match table:
        case ast.Call(func=ast.Attribute(value=owner, attr="items")):
            nodes += [value.node for value in looker.look(owner, scope) if value.node is not None]
    for node in dict.fromkeys(nodes):
        match node:
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                yield from items[:_MOST_ROWS]
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                yield from [ast.Tuple([key, value], ast.Load()) for key, value in pairs if key][:_MOST_ROWS]


def _cells(row: ast.expr, count: int, looker: Looker, scope: Scope) -> Sequence[Values]:
    match row:
        case ast.Call(func=ast.Attribute(attr="param") | ast.Name(id="param"), args=cells):
            return [looker.look(cell, scope) for cell in cells]
        case ast.Tuple(elts=cells) | ast.List(elts=cells) if count > 1:
            return [looker.look(cell, scope) for cell in cells]
    return [looker.look(row, scope)]
