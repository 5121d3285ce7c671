"""What one expression does with names of the repository, and what is known of the value that it comes to."""

import ast
import builtins
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from tddbot.generator.offline.scaffold import kinds
from tddbot.generator.offline.scaffold.usage import (
    ANYWHERE,
    AWAIT,
    CALL,
    ITEM,
    Argument,
    Mark,
    Place,
    Shot,
    Use,
    Uses,
)  # fmt: skip
from tddbot.generator.offline.scaffold.values import Scope, Value, Values

_MOST_VALUES = 12
_MOST_STEPS = 8
_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.Div: "__truediv__", ast.FloorDiv: "__floordiv__",
    ast.Mod: "__mod__", ast.Pow: "__pow__", ast.MatMult: "__matmul__", ast.BitOr: "__or__", ast.BitAnd: "__and__",
    ast.BitXor: "__xor__", ast.LShift: "__lshift__", ast.RShift: "__rshift__",
}  # fmt: skip
_ORDERS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "__lt__", ast.LtE: "__le__", ast.Gt: "__gt__", ast.GtE: "__ge__", ast.In: "__contains__",
    ast.NotIn: "__contains__",
}  # fmt: skip
_TEXT_RESULTS = {
    **dict.fromkeys(("upper", "lower", "strip", "join", "format", "replace", "title", "rstrip", "lstrip"), "str"),
    **dict.fromkeys(("split", "splitlines"), "list[str]"), "encode": "bytes", "decode": "str",
}  # fmt: skip


class Doubt(Enum):
    """What a call says where an error is expected: all, nothing of the kinds of its arguments, or nothing at all."""

    NONE = 0
    KINDS = 1
    CALLS = 2


@dataclass
class Looker:
    """Looks at expressions of one file.

    `inside` says where an attribute of a place leads, `special` what calls of some names say besides, and `unbound`
    what a name stands for that nothing in scope binds.
    """

    uses: Uses
    inside: Callable[[Place, str], Place]
    special: "Mapping[str, Special]"
    unbound: Callable[[str], Values] = lambda _: ()
    is_quiet: bool = False
    doubt: Doubt = Doubt.NONE
    _unheard: Uses = field(default_factory=Uses)

    def use(self, place: Place) -> Use:
        """Return the use of a place; what is done where nobody shall hear of it goes elsewhere."""
        return (self._unheard if self.is_quiet else self.uses).of(place)

    def look(self, node: ast.expr | None, scope: Scope) -> Values:
        """Record what an expression does, and return what is known of its value: one of these."""
        if node is None:
            return ()
        found = self._looked(node, scope)
        return tuple(dict.fromkeys(found))[:_MOST_VALUES]

    def _looked(self, node: ast.expr, scope: Scope) -> Iterable[Value]:
        match node:
            case ast.Constant(value=value):
                return (Value(kinds.of_constant(value)),)
            case ast.Name(id=name):
                return self._named(name, scope)
            case ast.Attribute(value=owner, attr=name):
                return self._attribute(owner, name, scope)
            case ast.Call():
                return self._call(node, scope)
            case ast.Await(value=value):
                return self.awaited(self.look(value, scope))
            case ast.Compare(left=left, ops=operators, comparators=others):
                return self._compared(left, operators, others, scope)
            case ast.BinOp(left=left, op=operator, right=right):
                return self._combined(self.look(left, scope), operator, right, scope)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.look(operand, scope)
                return (Value("bool"),)
            case ast.UnaryOp(operand=operand):
                return [Value(each.kind) for each in self.look(operand, scope) if each.kind]
            case ast.NamedExpr(target=target, value=value):
                scope[target.id] = self.look(value, scope)
                return scope[target.id]
            case ast.Subscript(value=owner, slice=index):
                return self._indexed(self.look(owner, scope), index, scope)
        return self._made(node, scope)

    def _made(self, node: ast.expr, scope: Scope) -> Iterable[Value]:
        """Literals of several parts, comprehensions, and whatever else has expressions in it."""
        match node:
            case ast.List(elts=items) | ast.Set(elts=items):
                name = type(node).__name__.lower()
                return (Value(kinds.holding(name, self._kinds(items, scope)), node=node),)
            case ast.Tuple(elts=items):
                return (Value(kinds.row(list(self._kinds(items, scope))), node=node),)
            case ast.Dict(keys=keys, values=values):
                pairs = [self.kind(key, scope) for key in keys], list(self._kinds(values, scope))
                return (Value(kinds.mapping(*pairs) if all(keys) and keys else "dict", node=node),)
            case ast.JoinedStr():
                self._parts(node, scope)
                return (Value("str"),)
            case ast.IfExp(test=test, body=body, orelse=other):
                self.look(test, scope)
                return (*self.look(body, scope), *self.look(other, scope))
            case ast.BoolOp(values=values):
                return [each for value in values for each in self.look(value, scope)]
            case ast.ListComp(elt=item) | ast.SetComp(elt=item) | ast.GeneratorExp(elt=item):
                inner = self._comprehended(node.generators, scope)
                kind = self.kind(item, inner)
                return (
                    ()
                    if isinstance(node, ast.GeneratorExp)
                    else (Value(kinds.holding(_CONTAINER[type(node)], [kind])),)
                )
            case ast.DictComp(key=key, value=value):
                inner = self._comprehended(node.generators, scope)
                return (Value(kinds.mapping([self.kind(key, inner)], [self.kind(value, inner)])),)
            case ast.Lambda(body=body, args=arguments):
                names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
                return (Value(results=self.look(body, {**scope, **dict.fromkeys(names, ())})),)
        self._parts(node, scope)
        return ()

    def kind(self, node: ast.expr | None, scope: Scope) -> str:
        """Return the kind that all values of an expression have."""
        return kinds.joined(each.kind for each in self.look(node, scope))

    def _kinds(self, nodes: Iterable[ast.expr], scope: Scope) -> Iterator[str]:
        yield from [self.kind(node, scope) for node in nodes]

    def _parts(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.look(child, scope)
            else:
                self._parts(child, scope)

    def _comprehended(self, generators: Iterable[ast.comprehension], scope: Scope) -> Scope:
        inner = dict(scope)
        for each in generators:
            later = Mark.ITERATED_LATER if each.is_async else Mark.ITERATED
            self.bind(each.target, self.items(self.look(each.iter, inner), later), inner)
            for condition in each.ifs:
                self.look(condition, inner)
        return inner

    def _named(self, name: str, scope: Scope) -> Values:
        if name in scope:
            return scope[name]
        if hasattr(builtins, name):
            return (Value(outside=f"builtins.{name}"),)
        return self.unbound(name)

    def _attribute(self, owner: ast.expr, name: str, scope: Scope) -> Iterator[Value]:
        if isinstance(owner, ast.Name) and f"{owner.id}.{name}" in scope:
            yield from scope[f"{owner.id}.{name}"]
            return
        self.use(Place(ANYWHERE, (name,)))
        for value in self.look(owner, scope):
            yield from self.step(value, name)

    def step(self, value: Value, name: str) -> Iterator[Value]:
        """Yield what an attribute of a value is."""
        if value.is_caught and name in ("value", "exception"):
            yield replace(value, is_caught=False)
        elif value.place and name not in value.hidden and not value.is_caught:
            place = self.inside(value.place, name)
            if len(place.steps) <= _MOST_STEPS:
                self.use(place).marks.add(Mark.DEPENDED)
                yield Value(place=place)
        elif value.outside:
            yield Value(outside=f"{value.outside}.{name}")
        elif value.kind in ("str", "bytes") and name in _TEXT_RESULTS:
            yield Value(results=(Value(_TEXT_RESULTS[name]),))

    def _call(self, node: ast.Call, scope: Scope) -> Values:
        special = self.special.get(_last_name(node.func))
        if special is not None and (found := special(self, node, scope)) is not None:
            return found
        called = self.look(node.func, scope)
        return self.called(called, self.shot(node.args, node.keywords, scope), _last_name(node.func))

    def shot(self, arguments: list[ast.expr], keywords: list[ast.keyword], scope: Scope) -> Shot:
        """Return a call as its arguments tell it."""
        given = [each for each in arguments if not isinstance(each, ast.Starred)]
        for each in arguments:
            if isinstance(each, ast.Starred):
                self.look(each.value, scope)
        named = tuple((each.arg, self._argument(each.value, scope)) for each in keywords if each.arg)
        for keyword in keywords:
            if keyword.arg is None:
                self.look(keyword.value, scope)
        is_open = len(given) < len(arguments) or len(named) < len(keywords)
        return Shot(tuple(Argument(_hint(each), self._argument(each, scope)) for each in given), named, is_open)

    def _argument(self, node: ast.expr, scope: Scope) -> str:
        kind = self.kind(node, scope)
        return kind if self.doubt is Doubt.NONE else ""

    def called(self, functions: Values, shot: Shot, name: str = "") -> Values:
        """Record a call, and return what is known of its result."""
        if self.doubt is not Doubt.CALLS:
            self.use(Place(ANYWHERE, (name,))).shots.append(shot)
        return tuple(found for function in functions for found in self._result(function, shot))

    def _result(self, function: Value, shot: Shot) -> Iterable[Value]:
        if function.results is not None:
            return function.results
        if function.place and len(function.place.steps) < _MOST_STEPS:
            use = self.use(function.place)
            if self.doubt is not Doubt.CALLS:
                use.shots.append(shot)
            result = function.place.then(CALL)
            is_class = len(result.steps) == 2 and result.steps[0].lstrip("_")[:1].isupper()
            kind = f"{result.path}::{result.steps[0]}" if is_class and not function.hidden else ""
            return (Value(kind, result, hidden=function.hidden),)
        if function.outside:
            return (Value(_outside_result(function.outside)),)
        return ()

    def awaited(self, values: Values) -> Values:
        """Record that values are awaited, and return what that gives."""
        return self._on(values, Mark.AWAITED, AWAIT)

    def items(self, values: Values, mark: Mark = Mark.ITERATED) -> Values:
        """Record that values are iterated over, and return what their items are."""
        inside = [Value(item) for each in values if (item := kinds.item_of(each.kind))]
        return (*self._on(values, mark, ITEM), *inside)

    def _on(self, values: Values, mark: Mark, step: str) -> Values:
        found = []
        for place in (each.place for each in values if each.place):
            self.use(place).marks.add(mark)
            found.append(Value(place=place.then(step)))
        return tuple(found)

    def entered(self, values: Values, mark: Mark, step: str) -> Values:
        """Record that values are entered by `with`, and return what that gives."""
        return (*self._on(values, mark, step), *(each for each in values if each.is_caught))

    def mark(self, values: Values, mark: Mark) -> None:
        """Record what is done with values."""
        for place in (each.place for each in values if each.place):
            self.use(place).marks.add(mark)

    def demand(self, values: Values, kind: str) -> None:
        """Record the kind that values must have."""
        for place in (each.place for each in values if each.place):
            self.use(place).demands.append(kind)

    def equate(self, left: Values, right: Values) -> None:
        """Record that values are compared: each must be of the other's kind."""
        for these, those in ((left, right), (right, left)):
            self.demand(these, kinds.joined(each.kind for each in those))
        for one in left:
            if one.kind and "::" in one.kind and any(one.kind == other.kind for other in right) and one.place:
                self.use(Place(one.place.path, one.place.steps[:1])).marks.add(Mark.EQUATED)

    def _compared(
        self, left: ast.expr, operators: list[ast.cmpop], others: list[ast.expr], scope: Scope
    ) -> Iterator[Value]:
        before = self.look(left, scope)
        for operator, node in zip(operators, others, strict=True):
            after = self.look(node, scope)
            if isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
                kind_of_none = isinstance(operator, ast.NotEq | ast.IsNot) and {each.kind for each in after} == {"None"}
                if not kind_of_none:
                    self.equate(before, after)
            elif isinstance(operator, ast.In | ast.NotIn):
                self._operated(after, "__contains__", Argument("item", kinds.joined(each.kind for each in before)))
                self.mark(after, Mark.ITERATED)
            elif type(operator) in _ORDERS:
                self.mark((*before, *after), Mark.NUMBER)
                self._operated(
                    before, _ORDERS[type(operator)], Argument("other", kinds.joined(each.kind for each in after))
                )
            before = after
        yield Value("bool")

    def _combined(self, left: Values, operator: ast.operator, node: ast.expr, scope: Scope) -> Iterator[Value]:
        right = self.look(node, scope)
        other = Argument("other", kinds.joined(each.kind for each in right))
        if not {each.kind for each in (*left, *right)} & {"str", "bytes", "list", "tuple"}:
            self.mark((*left, *right), Mark.NUMBER)
        yield from self._operated(left, _OPERATORS[type(operator)], other)
        kind = {each.kind for each in left if not each.place}
        if kind == {"pathlib.Path"} and isinstance(operator, ast.Div):
            yield Value("pathlib.Path")
        if len(kind) == 1 and (kind == {each.kind for each in right} or kind & {"str", "bytes", "list"}):
            yield Value("float" if isinstance(operator, ast.Div) else kind.pop())

    def _operated(self, values: Values, name: str, other: Argument) -> Values:
        """Record an operator on what may be an instance of a class, as the call of a method that it is."""
        own = tuple(
            Value(place=each.place.then(name)) for each in values if each.place and each.place.steps[-1:] == (CALL,)
        )
        return tuple(found for each in own for found in self._result(each, Shot((other,))))

    def _indexed(self, owners: Values, index: ast.expr, scope: Scope) -> Iterator[Value]:
        key = Argument("key", self.kind(index, scope))
        yield from self._operated(owners, "__getitem__", key)
        for owner in owners:
            if owner.place and owner.place.steps[-1:] != (CALL,):
                self.use(owner.place).marks.add(Mark.ITERATED)
                self.use(owner.place.then(ITEM)).shots.append(Shot((key,)))
                yield Value(place=owner.place.then(ITEM))
            elif item := kinds.item_of(owner.kind):
                yield Value(owner.kind if isinstance(index, ast.Slice) else item)

    def bind(self, target: ast.expr, values: Values, scope: Scope) -> None:
        """Bind a target of an assignment; a tuple takes the items of what is unpacked."""
        match target:
            case ast.Name(id=name):
                scope[name] = values
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for place, part in enumerate(parts):
                    self.bind(part, self._unpacked(values, place, scope), scope)
            case ast.Attribute(value=owner, attr=name):
                if isinstance(owner, ast.Name):
                    scope[f"{owner.id}.{name}"] = values
                for value in self.look(owner, scope):
                    if value.place:
                        stored = self.use(value.place.then(name))
                        stored.marks.add(Mark.STORED)
                        stored.demands.append(kinds.joined(each.kind for each in values))
            case ast.Starred(value=inner):
                self.bind(inner, (), scope)
            case _:
                self._parts(target, scope)

    def _unpacked(self, values: Values, place: int, scope: Scope) -> Values:
        rows = [each.node for each in values if isinstance(each.node, ast.Tuple | ast.List)]
        literal = [found for row in rows if place < len(row.elts) for found in self.look(row.elts[place], scope)]
        return tuple(literal) if rows else self.items(values)


_CONTAINER: Mapping[type[ast.expr], str] = {ast.ListComp: "list", ast.SetComp: "set"}


def is_class_name(name: str) -> bool:
    """Whether a name is spelt as classes are."""
    bare = name.lstrip("_")
    return bare[:1].isupper() and not (len(bare) > 1 and bare.isupper())


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _hint(node: ast.expr) -> str:
    """The name that a caller has for what it passes."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _outside_result(dotted: str) -> str:
    """The kind of what a class of Python's own makes; functions are not known."""
    top, _, last = dotted.rpartition(".")
    if top == "builtins":
        return _BUILTIN_RESULTS.get(last, "")
    known = last in ("date", "datetime", "timedelta", "time") if top == "datetime" else is_class_name(last)
    return dotted if known and top.partition(".")[0] in sys.stdlib_module_names else ""


_BUILTIN_RESULTS = {
    **{name: name for name in ("int", "str", "float", "bool", "bytes", "complex", "bytearray", "object")},
    **dict.fromkeys(("len", "hash", "ord", "id", "round"), "int"),
    **dict.fromkeys(("repr", "chr", "ascii", "hex", "bin"), "str"),
    **dict.fromkeys(("isinstance", "issubclass", "callable", "any", "all", "hasattr"), "bool"),
    "range": "range",
}  # fmt: skip


Special = Callable[[Looker, ast.Call, Scope], Values | None]
"""Returns what a call of a known name comes to, or None where it is not the one that is meant."""
