"""The kinds of slips: for each what it makes of one node of a syntax tree, as splices of the source's bytes."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tddbot.bench.splices import SourceText

Splice = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """The local names of a function, sorted; those bound in the functions in it included."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, function: ast.FunctionDef | ast.AsyncFunctionDef) -> "Scope":
        """Return the names that the function binds."""
        found = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
        found |= {
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        return cls(tuple(sorted(found - {"_"})))


Maker = Callable[[ast.AST, SourceText, Scope], Iterator[Splice]]

_OTHER_WAY: Mapping[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", ">"),
    ast.LtE: ("<=", ">="),
    ast.Gt: (">", "<"),
    ast.GtE: (">=", "<="),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
_BOUNDARY: Mapping[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}
_IDENTITY: Mapping[type[ast.cmpop], tuple[str, str]] = {
    ast.Is: ("is", "=="),
    ast.IsNot: (r"is\s+not", "!="),
    ast.Eq: ("==", "is"),
    ast.NotEq: ("!=", "is not"),
}
_COMPUTED: Mapping[type[ast.operator], tuple[str, tuple[str, ...]]] = {
    ast.Add: (r"\+", ("-", "*")),
    ast.Sub: ("-", ("+",)),
    ast.Mult: (r"\*", ("+", "/")),
    ast.Div: ("/", ("//", "*")),
    ast.FloorDiv: ("//", ("/", "%")),
    ast.Mod: ("%", ("//",)),
    ast.Pow: (r"\*\*", ("*",)),
}
_BITS: Mapping[type[ast.operator], tuple[str, tuple[str, ...]]] = {
    ast.BitAnd: ("&", ("|",)),
    ast.BitOr: (r"\|", ("&",)),
    ast.BitXor: (r"\^", ("|", "&")),
    ast.LShift: ("<<", (">>",)),
    ast.RShift: (">>", ("<<",)),
}
_TWINS = (
    ("min", "max"), ("any", "all"), ("sum", "max"), ("upper", "lower"), ("isupper", "islower"), ("isalpha", "isalnum"),
    ("isdigit", "isalpha"), ("startswith", "endswith"), ("lstrip", "rstrip"), ("strip", "rstrip"), ("find", "rfind"),
    ("index", "rindex"), ("split", "rsplit"), ("floor", "ceil"), ("append", "extend"), ("list", "set"),
    ("sorted", "list"), ("int", "float"), ("int", "round"), ("keys", "values"), ("ord", "len"), ("chr", "str"),
    ("union", "intersection"), ("update", "difference_update"), ("removeprefix", "removesuffix"),
)  # fmt: skip
_ERRORS = (("ValueError", "TypeError"), ("KeyError", "IndexError"), ("AttributeError", "TypeError"))


def _other_names() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, other in (*_TWINS, *_ERRORS):
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


_OTHER_NAME = _other_names()


def _compared(by: Mapping[type[ast.cmpop], tuple[str, str]]) -> Maker:
    def make(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
        if isinstance(node, ast.Compare):
            for (left, right), operator in zip(pairwise([node.left, *node.comparators]), node.ops, strict=True):
                written, wrong = by.get(type(operator), ("", ""))
                if wrong and (place := text.between(left, right, written)):
                    yield (*place, wrong)

    return make


def _computed(by: Mapping[type[ast.operator], tuple[str, tuple[str, ...]]]) -> Maker:
    def make(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
        if isinstance(node, ast.BinOp):
            written, wrong = by.get(type(node.op), ("", ()))
            if wrong and (place := text.between(node.left, node.right, written)):
                yield from ((*place, other) for other in wrong)
        elif isinstance(node, ast.AugAssign):
            written, wrong = by.get(type(node.op), ("", ()))
            if wrong and (place := text.between(node.target, node.value, f"{written}=")):
                yield from ((*place, f"{other}=") for other in wrong)

    return make


def _boolean(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    if isinstance(node, ast.BoolOp):
        written, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in pairwise(node.values):
            if place := text.between(left, right, written):
                yield (*place, other)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield text.start(node), text.end(node), str(not node.value)


def _constant(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    if isinstance(node, ast.Constant) and type(node.value) is int and text.of(node).isdigit():
        yield from ((text.start(node), text.end(node), str(node.value + step)) for step in (1, -1))


def _arguments(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    if isinstance(node, ast.Call) and not any(isinstance(argument, ast.Starred) for argument in node.args):
        for left, right in pairwise(node.args):
            between = text.source[text.end(left) : text.start(right)].decode()
            yield text.start(left), text.end(right), f"{text.of(right)}{between}{text.of(left)}"


def _callee(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        end = text.end(node.func)
        if name not in dict(_ERRORS):
            yield from ((end - len(name), end, other) for other in _OTHER_NAME.get(name, ()))


def _lost_return(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    if isinstance(node, ast.Return) and node.value is not None:
        start = text.start(node)
        yield start, text.after(start, b"return"), ""


def _negated(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    tests = [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else []
    tests += node.ifs if isinstance(node, ast.comprehension) else []
    for test in tests:
        start, end = text.start(test), text.end(test)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yield start, text.after(start, b"not"), ""
        else:
            yield start, end, f"not ({text.of(test)})"


def _slice(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    if not isinstance(node, ast.Slice):
        return
    for bound in filter(None, (node.lower, node.upper)):
        start, end = text.start(bound), text.end(bound)
        yield from ((start, end, f"{text.of(bound)} {step}") for step in ("+ 1", "- 1"))
        yield start, end, ""


def _range(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range" and node.args:
        last = node.args[min(len(node.args), 2) - 1]
        yield from ((text.end(last), text.end(last), step) for step in (" + 1", " - 1"))
        if len(node.args) == 2:
            yield text.start(node.args[0]), text.start(node.args[1]), ""


def _variable(node: ast.AST, text: SourceText, scope: Scope) -> Iterator[Splice]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in scope.names:
        yield from ((text.start(node), text.end(node), other) for other in scope.names if other != node.id)


def _error(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    named: ast.expr | None = None
    if isinstance(node, ast.ExceptHandler):
        named = node.type
    elif isinstance(node, ast.Raise):
        named = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    if isinstance(named, ast.Name):
        yield from ((text.start(named), text.end(named), other) for other in _OTHER_NAME.get(named.id, ()))


def _default(node: ast.AST, text: SourceText, _: Scope) -> Iterator[Splice]:
    """A default of None that the body makes a new list or dictionary of becomes that list or dictionary itself."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    arguments = [*node.args.posonlyargs, *node.args.args]
    of = dict(zip([each.arg for each in reversed(arguments)], reversed(node.args.defaults), strict=False))
    for statement in ast.walk(node):
        match statement:
            case ast.If(body=[ast.Assign(targets=[ast.Name(id=name)], value=ast.List() | ast.Dict() as empty)]):
                default = of.get(name)
                if isinstance(default, ast.Constant) and default.value is None:
                    yield text.start(default), text.end(default), text.of(empty)


KINDS: Mapping[str, tuple[Maker, ...]] = {
    "comparison": (_compared(_OTHER_WAY),),
    "boundary": (_compared(_BOUNDARY),),
    "identity": (_compared(_IDENTITY),),
    "arithmetic": (_computed(_COMPUTED),),
    "bitwise": (_computed(_BITS),),
    "boolean": (_boolean,),
    "constant": (_constant,),
    "arguments": (_arguments,),
    "callee": (_callee,),
    "lost_return": (_lost_return,),
    "negated_condition": (_negated,),
    "bounds": (_slice, _range),
    "variable": (_variable,),
    "exception": (_error,),
    "mutable_default": (_default,),
}
"""The classes of slips, each by the word that the benchmark reports them under."""
