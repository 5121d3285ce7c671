"""Calls that say more of their arguments than that they are passed: assertions, builtins, event loops."""

import ast
from collections.abc import Mapping

from tddbot.generator.offline.scaffold import kinds
from tddbot.generator.offline.scaffold.looking import Looker, Special
from tddbot.generator.offline.scaffold.usage import ALL, CALL, Mark, Shot
from tddbot.generator.offline.scaffold.values import Scope, Value, Values

_CLASSES = frozenset(
    {"int", "str", "float", "bool", "bytes", "list", "dict", "set", "tuple", "frozenset", "complex", "bytearray"}
)


def _raises(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    """`pytest.raises(Kind)`, `assertRaises(Kind, function, *arguments)`."""
    if not call.args:
        return None
    first = call.args[0]
    found = tuple(
        each for node in (first.elts if isinstance(first, ast.Tuple) else [first]) for each in looker.look(node, scope)
    )
    looker.mark(found, Mark.RAISED)
    if len(call.args) > 1:
        looker.called(looker.look(call.args[1], scope), looker.shot(call.args[2:], call.keywords, scope))
    else:
        for keyword in call.keywords:
            looker.look(keyword.value, scope)
    return tuple(Value(place=each.place.then(CALL), is_caught=True) for each in found if each.place)


def _instance(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    """`isinstance(value, Kind)`, `self.assertIsInstance(value, Kind)`."""
    if len(call.args) < 2:
        return None
    subject, classes = looker.look(call.args[0], scope), looker.look(call.args[1], scope)
    looker.mark(classes, Mark.CHECKED)
    looker.demand(subject, kinds.joined(map(_kind_of_class, classes)))
    return (Value("bool"),)


def _subclass(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    if len(call.args) < 2:
        return None
    below, above = looker.look(call.args[0], scope), looker.look(call.args[1], scope)
    looker.mark((*below, *above), Mark.CHECKED)
    for place in (each.place for each in below if each.place):
        looker.use(place).bases.extend(_base(each) for each in above)
    return (Value("bool"),)


def _equal(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    if len(call.args) < 2:
        return None
    looker.equate(looker.look(call.args[0], scope), looker.look(call.args[1], scope))
    return ()


def _none(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    for each in call.args[:1]:
        looker.demand(looker.look(each, scope), "None")
    return ()


def _approx(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    kind = kinds.joined(looker.kind(each, scope) for each in call.args[:1])
    return (Value("float" if kind in ("int", "float", "") else kind),)


def _nearly(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    for each in call.args[:2]:
        looker.demand(looker.look(each, scope), "float")
    return ()


def _collected(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    """`list(values)`, `sorted(values)` and the like, which go through the items."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if len(call.args) != 1 or name not in _GOING_THROUGH:
        return None
    values = looker.look(call.args[0], scope)
    for keyword in call.keywords:
        looker.look(keyword.value, scope)
    items = looker.items(values)
    container = {"sorted": "list"}.get(name, name)
    if container not in ("list", "tuple", "set", "frozenset"):
        return (Value("bool"),) if name in ("any", "all") else ()
    kind = kinds.joined(each.kind for each in items)
    made = Value(kinds.row([kind] * 4) if container == "tuple" else kinds.holding(container, [kind]))
    return (made, *(Value(place=each.place.then(ALL)) for each in values if each.place))


def _length(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    for value in looker.look(call.args[0], scope) if call.args else ():
        if value.place:
            looker.called((Value(place=value.place.then("__len__")),), Shot(), "__len__")
    return (Value("int"),)


def _next(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    values = tuple(each for node in call.args[:1] for each in looker.look(node, scope))
    looker.mark(values, Mark.NEXT)
    return looker.items(values)


def _run(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    """`asyncio.run(coroutine)`, `loop.run_until_complete(coroutine)`."""
    dotted = ast.unparse(call.func)
    if not call.args or not (dotted in ("asyncio.run", "anyio.run") or dotted.endswith("run_until_complete")):
        return None
    values = looker.look(call.args[0], scope)
    if dotted == "anyio.run":
        values = looker.called(values, looker.shot(call.args[1:], [], scope))
    return looker.awaited(values)


def _getattr(looker: Looker, call: ast.Call, scope: Scope) -> Values | None:
    match call.args:
        case [owner, ast.Constant(value=str(name))]:
            return tuple(found for each in looker.look(owner, scope) for found in looker.step(each, name))
    return None


def _kind_of_class(value: Value) -> str:
    if value.place and len(value.place.steps) == 1:
        return f"{value.place.path}::{value.place.steps[0]}"
    top, _, last = value.outside.rpartition(".")
    return last if top == "builtins" and last in _CLASSES else value.outside if top and top != "builtins" else ""


def _base(value: Value) -> str:
    if value.place and len(value.place.steps) == 1:
        return f"{value.place.path}::{value.place.steps[0]}"
    return value.outside.removeprefix("builtins.")


_GOING_THROUGH = frozenset(
    {"list", "tuple", "set", "frozenset", "sorted", "sum", "min", "max", "any", "all", "dict", "enumerate", "reversed"}
)

SPECIAL: Mapping[str, Special] = {
    **dict.fromkeys(("raises", "assertRaises", "assertRaisesRegex", "warns", "assertWarns"), _raises),
    **dict.fromkeys(("isinstance", "assertIsInstance"), _instance),
    "issubclass": _subclass,
    **dict.fromkeys(
        (
            "assertEqual", "assertEquals", "assertNotEqual", "assertIs", "assertListEqual", "assertDictEqual",
            "assertTupleEqual", "assertSetEqual", "assertSequenceEqual", "assertCountEqual", "assertMultiLineEqual",
        ),
        _equal,
    ),
    "assertIsNone": _none,
    "assertAlmostEqual": _nearly,
    "approx": _approx,
    **dict.fromkeys(sorted(_GOING_THROUGH), _collected),
    "len": _length,
    "next": _next,
    **dict.fromkeys(("run", "run_until_complete"), _run),
    "getattr": _getattr,
}  # fmt: skip
"""By the last part of the name that is called."""
