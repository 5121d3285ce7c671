"""What one expression does with names of the repository, and what is known of the value that it comes to."""

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tddbot.generator.offline.scaffold import kinds
from tddbot.generator.offline.scaffold.noting import Doubt, Noting
from tddbot.generator.offline.scaffold.usage import ANYWHERE, CALL, ITEM, Argument, Mark, Place, Shot
from tddbot.generator.offline.scaffold.values import Scope, Value, Values

_MOST_VALUES = 12
_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.Div: "__truediv__", ast.FloorDiv: "__floordiv__",
    ast.Mod: "__mod__", ast.Pow: "__pow__", ast.MatMult: "__matmul__", ast.BitOr: "__or__", ast.BitAnd: "__and__",
    ast.BitXor: "__xor__", ast.LShift: "__lshift__", ast.RShift: "__rshift__",
}  # fmt: skip
_ORDERS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "__lt__", ast.LtE: "__le__", ast.Gt: "__gt__", ast.GtE: "__ge__", ast.In: "__contains__",
    ast.NotIn: "__contains__",
}  # fmt: skip
_CONTAINER: Mapping[type[ast.expr], str] = {ast.ListComp: "list", ast.SetComp: "set"}


@dataclass
class Looker(Noting):
    """Looks at expressions of one file.

    `special` says what calls of some names say besides, and `unbound` what a name stands for that nothing in scope
    binds.
    """

    special: "Mapping[str, Special]"
    unbound: Callable[[str], Values] = lambda _: ()

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
        return Shot(tuple(Argument(_last_name(each), self._argument(each, scope)) for each in given), named, is_open)

    def _argument(self, node: ast.expr, scope: Scope) -> str:
        kind = self.kind(node, scope)
        return kind if self.doubt is Doubt.NONE else ""

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
                self.operated(after, "__contains__", Argument("item", kinds.joined(each.kind for each in before)))
                self.mark(after, Mark.ITERATED)
            elif type(operator) in _ORDERS:
                self.mark((*before, *after), Mark.NUMBER)
                self.operated(
                    before, _ORDERS[type(operator)], Argument("other", kinds.joined(each.kind for each in after))
                )
            before = after
        yield Value("bool")

    def _combined(self, left: Values, operator: ast.operator, node: ast.expr, scope: Scope) -> Iterator[Value]:
        right = self.look(node, scope)
        other = Argument("other", kinds.joined(each.kind for each in right))
        if not {each.kind for each in (*left, *right)} & {"str", "bytes", "list", "tuple"}:
            self.mark((*left, *right), Mark.NUMBER)
        yield from self.operated(left, _OPERATORS[type(operator)], other)
        kind = {each.kind for each in left if not each.place}
        if kind == {"pathlib.Path"} and isinstance(operator, ast.Div):
            yield Value("pathlib.Path")
        if len(kind) == 1 and (kind == {each.kind for each in right} or kind & {"str", "bytes", "list"}):
            yield Value("float" if isinstance(operator, ast.Div) else kind.pop())

    def _indexed(self, owners: Values, index: ast.expr, scope: Scope) -> Iterator[Value]:
        key = Argument("key", self.kind(index, scope))
        yield from self.operated(owners, "__getitem__", key)
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


def _last_name(node: ast.expr) -> str:
    """The name by which a caller knows what it calls or passes."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


Special = Callable[[Looker, ast.Call, Scope], Values | None]
"""Returns what a call of a known name comes to, or None where it is not the one that is meant."""
