"""What code and tests name: functions with how many arguments they take, attributes, literals. Knows no places."""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tddbot.parsing import Unparsable, parsed

_MOST = 24
_LONGEST = 24
_GREATEST = 10**_LONGEST
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Arity:
    """How many arguments a function takes by position, its receiver not counted; `names` are its parameters."""

    least: int
    most: float
    names: tuple[str, ...] = ()

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return self.least <= count <= self.most


@dataclass(frozen=True)
class Vocabulary:
    """The words of one module, in the order of the source, and the literals of the tests.

    `functions` are those of the module, `methods` those of its classes; `fields` are the attributes that are read or
    written and not called, by the name that they are looked up on; `names` is what the module itself binds.
    """

    functions: Mapping[str, Arity] = field(default_factory=dict)
    methods: Mapping[str, Arity] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()

    @cached_property
    def known(self) -> frozenset[str]:
        """Every name that can be read without a binding of the function's own."""
        return frozenset(self.names) | _BUILTINS


def vocabulary(text: str, tests: Iterable[str] = ()) -> Vocabulary:
    """Return the words of a module; of what does not parse, there are none. `tests` are texts of test files."""
    tree = parsed(text)
    if isinstance(tree, Unparsable):
        return Vocabulary()
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return Vocabulary(
        functions=dict(_functions(tree.body, receiver=False)),
        methods={name: arity for each in classes for name, arity in _functions(each.body, receiver=True)},
        fields=_fields(tree),
        names=tuple(dict.fromkeys(_bound(tree.body))),
        texts=_most(repr(value) for value in _literals(tree) if isinstance(value, str)),
        wanted=literals_of(tests),
    )


def literals_of(tests: Iterable[str]) -> tuple[str, ...]:
    """Return as source the numbers and short texts that stand in test files, in their order."""
    trees = [tree for tree in map(parsed, tests) if isinstance(tree, ast.Module)]
    return _most(repr(value) for tree in trees for value in _literals(tree) if not isinstance(value, bool))


def _most(words: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))[:_MOST]


def _literals(tree: ast.Module) -> Iterator[str | int | float]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    for node in sorted(found, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node.value, str | int | float) and _is_short(node.value):
            yield node.value


def _is_short(value: str | int | float) -> bool:
    # A whole number of very many digits is refused to be written.
    return abs(value) < _GREATEST if isinstance(value, int) else len(repr(value)) <= _LONGEST


def _functions(body: Iterable[ast.stmt], *, receiver: bool) -> Iterator[tuple[str, Arity]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            places = [*given.posonlyargs, *given.args]
            decorators = {word.id for word in node.decorator_list if isinstance(word, ast.Name)}
            own = 1 if receiver and "staticmethod" not in decorators else 0
            names = tuple(place.arg for place in (*places[own:], *given.kwonlyargs))
            most = float("inf") if given.vararg else len(places) - own
            yield node.name, Arity(max(0, len(places) - own - len(given.defaults)), most, names)


def _fields(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node not in called:
            receiver = node.value.id if isinstance(node.value, ast.Name) else ""
            found.setdefault(receiver, []).append(node.attr)
    return {receiver: _most(iter(attributes)) for receiver, attributes in found.items()}


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, ast.alias):
                yield (node.asname or node.name).partition(".")[0]
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
