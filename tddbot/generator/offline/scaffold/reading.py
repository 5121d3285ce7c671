"""Files read for what they do with names of the repository: tests with their fixtures and tables, and sources."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tddbot.generator.offline.scaffold.calls import SPECIAL
from tddbot.generator.offline.scaffold.looking import Looker
from tddbot.generator.offline.scaffold.noting import Doubt
from tddbot.generator.offline.scaffold.signs import (
    Function,
    assigned,
    expected,
    fixture_name,
    is_fixture,
    is_test,
    names_in,
    parts,
)
from tddbot.generator.offline.scaffold.tables import parametrized
from tddbot.generator.offline.scaffold.usage import CALL, ENTER, Mark, Place, Uses
from tddbot.generator.offline.scaffold.values import Scope, Value, Values
from tddbot.generator.offline.scaffold.world import World

_FORGIVEN = frozenset({"AttributeError", "ImportError", "ModuleNotFoundError", "NameError"})
_SETTING_UP = frozenset({"setUp", "setUpClass", "asyncSetUp", "setup_method", "setup_class", "setup", "__init__"})
_GIVEN = {"tmp_path": "pathlib.Path", "tmpdir": "", "monkeypatch": "", "capsys": "", "caplog": "", "request": ""}


def read_tests(world: World, uses: Uses) -> None:
    """Record what the tests and their conftests do with which name of the repository."""
    fixtures: Scope = {name: (Value(kind),) if kind else () for name, kind in _GIVEN.items()}
    paths = sorted(world.tests, key=lambda path: (not path.endswith("conftest.py"), path))
    for path in paths:
        if tree := world.tree(path):
            _Reader(world, path, Looker(uses, _Inside(world), SPECIAL), fixtures).module(tree)


def read_source(world: World, path: str, uses: Uses) -> None:
    """Record what a module of the repository does with names of its own, of its classes and of other modules."""
    if tree := world.tree(path):
        looker = Looker(uses, _Inside(world), SPECIAL, lambda name: (Value(place=Place(path, (name,))),))
        _Reader(world, path, looker, {}, is_source=True).module(tree)


@dataclass(frozen=True)
class _Inside:
    """Says which place an attribute of a module is: a module of a package, or where the name is defined."""

    world: World

    def __call__(self, place: Place, name: str) -> Place:
        if place.steps:
            return place.then(name)
        if place.path.endswith("__init__.py"):
            stem = place.path.removesuffix("__init__.py") + name
            found = next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in self.world.known), None)
            if found and not isinstance(self.world.names(place.path).get(name), ast.FunctionDef | ast.ClassDef):
                return Place(found)
        path, own = self.world.home(place.path, name)
        return Place(path, (own,))


@dataclass
class _Reader:
    """Goes through one file, functions after what stands around them."""

    world: World
    path: str
    looker: Looker
    fixtures: Scope
    is_source: bool = False
    _made: list[Values] = field(default_factory=list)

    def module(self, tree: ast.Module) -> None:
        scope: Scope = {}
        self._body(tree.body, scope)
        later = [node for node in tree.body if isinstance(node, Function | ast.ClassDef)]
        later.sort(key=is_test)
        for node in later:
            if isinstance(node, ast.ClassDef):
                self._class(node, scope)
            else:
                self._defined(node, scope)

    def _body(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: ast.stmt, scope: Scope) -> None:
        look = self.looker.look
        match node:
            case ast.Import() | ast.ImportFrom():
                self._imported(node, scope)
            case ast.Assign(targets=targets, value=value):
                values = look(value, scope)
                for target in targets:
                    self.looker.bind(target, values, scope)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self.looker.bind(target, look(value, scope), scope)
            case ast.AugAssign(value=value):
                look(value, scope)
            case ast.Return(value=value):
                self._made.append(look(value, scope))
            case ast.Expr(value=ast.Yield(value=value)):
                self._made.append(look(value, scope))
            case (
                ast.For(target=target, iter=several, body=body, orelse=other)
                | ast.AsyncFor(target=target, iter=several, body=body, orelse=other)
            ):
                mark = Mark.ITERATED_LATER if isinstance(node, ast.AsyncFor) else Mark.ITERATED
                self.looker.bind(target, self._each(look(several, scope), mark, scope), scope)
                self._body([*body, *other], scope)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                self._with(items, body, scope, isinstance(node, ast.AsyncWith))
            case ast.Try():
                self._try(node, scope)
            case ast.Raise(exc=error) if error is not None:
                raised = look(error, scope)
                self.looker.mark(_classes(raised), Mark.RAISED)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, scope)
            case ast.ClassDef():
                self._subclass(node, scope)
            case _:
                self._other(node, scope)

    def _other(self, node: ast.stmt, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.looker.look(child, scope)
            elif isinstance(child, ast.stmt):
                self._statement(child, scope)
            elif isinstance(child, ast.match_case):
                self._body(child.body, scope)

    def _imported(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = self.world.path_of(alias.name, self.path)
                top = alias.name if alias.asname else alias.name.partition(".")[0]
                path = self.world.path_of(top, self.path)
                if whole:
                    self.looker.use(Place(whole))
                scope[alias.asname or top] = (Value(place=Place(path)) if path else Value(outside=top),)
                if path is None and whole:
                    # A package without a file of its own: the module is found by its whole name.
                    scope[alias.name] = (Value(place=Place(whole)),)
            return
        for alias in node.names:
            scope[alias.asname or alias.name] = (self._from(node, alias.name),)

    def _from(self, node: ast.ImportFrom, name: str) -> Value:
        module = node.module or ""
        dotted = f"{module}.{name}" if module else name
        origin = self.world.path_of(module, self.path, node.level)
        inner = self.world.path_of(dotted, self.path, node.level)
        if inner and (origin is None or name not in self.world.names(origin)):
            self.looker.use(Place(inner))
            return Value(place=Place(inner))
        if origin is None:
            return Value(outside=dotted)
        path, own = self.world.home(origin, name)
        place = Place(path, (own,))
        self.looker.use(place)
        return Value(place=place)

    def _each(self, values: Values, mark: Mark, scope: Scope) -> Values:
        """What a loop goes through, item by item where it is written out."""
        rows = [
            row for each in values if isinstance(each.node, ast.List | ast.Tuple | ast.Set) for row in each.node.elts
        ]
        found = self.looker.items(values, mark)
        return (*found, *(value for row in rows[:20] for value in self.looker.look(row, scope)))

    def _with(self, items: list[ast.withitem], body: list[ast.stmt], scope: Scope, later: bool) -> None:
        quiet, doubt = self.looker.is_quiet, self.looker.doubt
        for item in items:
            values = self.looker.look(item.context_expr, scope)
            mark = Mark.ENTERED_LATER if later else Mark.ENTERED
            given = self.looker.entered(tuple(each for each in values if not each.is_caught), mark, ENTER)
            caught = tuple(each for each in values if each.is_caught)
            if item.optional_vars is not None:
                self.looker.bind(item.optional_vars, (*given, *caught), scope)
            wanted = expected(item.context_expr)
            self.looker.is_quiet = self.looker.is_quiet or bool(wanted & _FORGIVEN)
            if wanted:
                self.looker.doubt = Doubt.CALLS if "TypeError" in wanted else Doubt.KINDS
        self._body(body, scope)
        self.looker.is_quiet, self.looker.doubt = quiet, doubt

    def _try(self, node: ast.Try, scope: Scope) -> None:
        quiet = self.looker.is_quiet
        caught = {each.id for handler in node.handlers if handler.type for each in names_in(handler.type)}
        self.looker.is_quiet = quiet or bool(caught & _FORGIVEN)
        self._body(node.body, scope)
        self.looker.is_quiet = quiet
        for handler in node.handlers:
            found = tuple(each for part in parts(handler.type) for each in self.looker.look(part, scope))
            self.looker.mark(found, Mark.RAISED)
            if handler.name:
                scope[handler.name] = tuple(Value(place=each.place.then(CALL)) for each in found if each.place)
            self._body(handler.body, scope)
        self._body([*node.orelse, *node.finalbody], scope)

    def _function(self, node: Function, scope: Scope) -> None:
        """A function as it is met: what decorates it, and a name for it; its body is read later at the top level."""
        for decorator in node.decorator_list:
            self.looker.mark(self.looker.look(decorator, scope), Mark.DECORATES)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.looker.look(default, scope)
        if not self.is_source:
            scope[node.name] = (Value(results=()),)
            if not is_test(node):
                self._defined(node, scope)
        elif node.name in self.world.names(self.path):
            scope[node.name] = (Value(place=Place(self.path, (node.name,))),)

    def _defined(self, node: Function, scope: Scope, own: Values = ()) -> None:
        """Read a function's body with what its parameters may be, and keep what it returns."""
        inner = dict(scope)
        rows = parametrized(node.decorator_list, self.looker, scope)
        arguments = node.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        for name in names:
            inner[name] = rows.get(name) or (() if self.is_source else self.fixtures.get(name, ()))
        if own and names:
            inner[names[0]] = own
        before, self._made = self._made, []
        self._body(node.body, inner)
        made = tuple(dict.fromkeys(value for values in self._made for value in values))
        self._made = before
        for key, values in inner.items():
            if key.startswith("self.") and key not in scope:
                scope[key] = values
        if is_fixture(node):
            self.fixtures[fixture_name(node)] = made
        elif not self.is_source:
            scope[node.name] = (Value(results=made),)

    def _subclass(self, node: ast.ClassDef, scope: Scope) -> None:
        """A class as it is met: what it inherits from is a class, and its instances have what that one has."""
        for decorator in node.decorator_list:
            self.looker.mark(self.looker.look(decorator, scope), Mark.DECORATES)
        bases = tuple(each for base in node.bases for each in self.looker.look(base, scope))
        self.looker.mark(bases, Mark.SUBCLASSED)
        if self.is_source:
            scope[node.name] = (Value(place=Place(self.path, (node.name,))),)
            return
        own = frozenset(each.name for each in node.body if isinstance(each, Function))
        scope[node.name] = tuple(Value(place=base.place, hidden=own) for base in bases if base.place)

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        """Read the methods of a class, those that set things up first."""
        inner = dict(scope)
        around = [each for each in node.body if not isinstance(each, Function | ast.ClassDef)]
        self._body(around, inner)
        for each in around:
            for name in [target.id for target in assigned(each)]:
                inner[f"self.{name}"] = inner.get(name, ())
        own = (Value(place=Place(self.path, (node.name, CALL))),) if self.is_source else scope.get(node.name, ())
        if not self.is_source:
            own = tuple(Value(place=each.place.then(CALL), hidden=each.hidden) for each in own if each.place)
        methods = [each for each in node.body if isinstance(each, Function)]
        methods.sort(key=lambda each: (each.name not in _SETTING_UP, not is_fixture(each), is_test(each)))
        for method in methods:
            for decorator in method.decorator_list:
                self.looker.mark(self.looker.look(decorator, inner), Mark.DECORATES)
            self._defined(method, inner, own)
            if self.is_source:
                _forget_own(inner)
        for each in node.body:
            if isinstance(each, ast.ClassDef):
                self._class(each, dict(inner))


def _forget_own(scope: Scope) -> None:
    """In a source, `self.name` is looked up as an attribute of the class."""
    for key in [key for key in scope if key.startswith("self.")]:
        del scope[key]


def _classes(values: Iterable[Value]) -> Values:
    """The classes of what is raised, be it a class or an instance."""
    places = (each.place for each in values if each.place)
    return tuple(Value(place=Place(each.path, each.steps[:1])) for each in places if each.steps)
