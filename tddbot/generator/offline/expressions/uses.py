"""Which components a piece of source code uses: the vocabulary that the prior is counted in."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

_LONGEST_TEXT = 3
_LIBRARIES = ("math", "itertools")


def uses(tree: ast.AST) -> Counter[str]:
    """Count the components in all expressions of a syntax tree."""
    owners = {key: name for node in ast.walk(tree) for key, name in _imported(node)}
    return Counter(key for node in ast.walk(tree) for key in _keys(node, owners))


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what a name stands for that is taken out of a library of functions: `sqrt` for `math.sqrt`."""
    if isinstance(node, ast.ImportFrom) and node.module in _LIBRARIES:
        yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _keys(node: ast.AST, owners: Mapping[str, str]) -> Iterator[str]:
    match node:
        case ast.Name(ctx=ast.Load()):
            yield "name"
        case ast.Constant(value=value):
            yield _constant(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            yield f"constant:-{value!r}"
        case ast.BinOp(op=op) | ast.UnaryOp(op=op) | ast.BoolOp(op=op):
            yield f"op:{type(op).__name__}"
        case ast.Compare(ops=ops):
            yield from (f"compare:{type(op).__name__}" for op in ops)
        case ast.Call(func=function):
            yield _called(function, node, owners)
            yield from (f"keyword:{keyword.arg}" for keyword in node.keywords if keyword.arg in ("key", "reverse"))
        case ast.Subscript(slice=ast.Slice() as part, ctx=ast.Load()):
            yield _slice(part)
        case ast.Subscript(ctx=ast.Load()):
            yield "index"
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            yield from _comprehension(node)
        case ast.IfExp():
            yield "branch"
        case ast.Lambda():
            yield "lambda"
        case ast.Starred(ctx=ast.Load()):
            yield "starred"
        case ast.List(ctx=ast.Load()) | ast.Tuple(ctx=ast.Load()) | ast.Dict():
            yield f"display:{type(node).__name__}"


def _constant(value: object) -> str:
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return "constant:text"
    if isinstance(value, bytes | complex) or value is Ellipsis:
        return "constant:other"
    return f"constant:{value!r}"


def _called(function: ast.expr, call: ast.Call, owners: Mapping[str, str]) -> str:
    written = ast.unparse(function) if isinstance(function, ast.Name | ast.Attribute) else ""
    first, dot, rest = written.partition(".")
    name = f"{owners.get(first, first)}{dot}{rest}"
    if isinstance(function, ast.Name) or name.partition(".")[0] in _LIBRARIES:
        return f"call:{name}"
    return f"method:{function.attr}/{len(call.args)}" if isinstance(function, ast.Attribute) else "call:"


def _slice(part: ast.Slice) -> str:
    if part.step is not None and ast.unparse(part.step) == "-1" and part.lower is None and part.upper is None:
        return "slice:::-1"
    lower, upper, step = ("abc"[at] if each else "" for at, each in enumerate((part.lower, part.upper, part.step)))
    return f"slice:{lower}:{upper}:{step}" if step else f"slice:{lower}:{upper}"


def _comprehension(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Iterator[str]:
    yield "comprehension:dict" if isinstance(node, ast.DictComp) else "comprehension"
    yield from ("condition" for generator in node.generators for _ in generator.ifs)
