"""The expressions of a test, as far as they are harmless, and the calls in them of what is not the test's own. Pure."""

import ast
import builtins
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tddbot.judge.contradictions.sheet import Sheet, Test, imported

_BUILTINS = frozenset(
    {
        "abs", "all", "any", "ascii", "bin", "bool", "bytearray", "bytes", "chr", "complex", "dict", "divmod",
        "enumerate", "filter", "float", "format", "frozenset", "hex", "int", "isinstance", "len", "list", "map", "max",
        "min", "oct", "ord", "pow", "range", "repr", "reversed", "round", "set", "slice", "sorted", "str", "sum",
        "tuple", "type", "zip",
    }
)  # fmt: skip
_LIBRARY = (
    "math.", "cmath.", "decimal.", "fractions.", "string.", "collections.", "operator.", "textwrap.", "statistics.",
    "json.dumps", "json.loads", "copy.deepcopy", "copy.copy", "re.compile", "pytest.approx", "datetime.date",
    "datetime.timedelta", "datetime.timezone",
)  # fmt: skip
_CLOCKS = (".now", ".today", ".utcnow")
_CHANGING = frozenset(
    {"append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "add", "update", "setdefault"}
)
_PLAIN = (str, bytes, bytearray, int, float, complex, list, tuple, dict, set, date, timedelta, Decimal, Fraction)


class UnknownError(Exception):
    """The test does something of which nobody knows what it does."""


@dataclass(frozen=True, slots=True)
class Called:
    """A call of what is not the test's own: of `function` (dotted), on what `receiver` makes, in full as `form`.

    Both texts are "" where they hold what is not known before the test runs; `receiver` is None of a plain function.
    `doubtful` is a call with arguments that somebody else may hold, too, `is_dropped` one of which nobody wants to know
    the result; `begun` are the calls before.
    """

    function: str
    form: str = ""
    receiver: str | None = None
    doubtful: bool = False
    is_dropped: bool = False
    begun: tuple["Called", ...] = ()

    @property
    def history(self) -> tuple[str, ...] | None:
        """The calls before, in full, or None where they are not known."""
        forms = tuple(each.form for each in self.begun)
        return forms if all(forms) else None


@dataclass(slots=True)
class Local:
    """A name of the test: its expression where that is known, and the calls that it comes from.

    `made` is the function whose call is `whole` what it stands for. Somebody else may hold what is `shared`, and may
    have changed what is `touched`; what is `used` has other names, or was asked for more than its methods.
    """

    value: ast.expr | None = None
    calls: tuple[Called, ...] = ()
    made: str = ""
    shared: bool = False
    touched: bool = False
    used: bool = False


class Scope:
    """What the names in a test stand for, while it is gone through from its top."""

    def __init__(self, sheet: Sheet, test: Test) -> None:
        self.names = sheet
        self.locals: dict[str, Local] = {}
        self.begun: list[Called] = []
        self.loops = 0
        self._test = test
        self._imports: dict[str, str] = {}

    def take_imports(self, node: ast.Import | ast.ImportFrom) -> None:
        """Import within the test. Raise UnknownError where it is not clear what."""
        found = dict(imported([node]))
        if len(found) != len(node.names):
            raise UnknownError
        self._imports.update(found)

    def bind(self, name: str, value: ast.expr) -> None:
        """Give a name of the test what an expression comes to. Raise UnknownError as `look` does."""
        known = None if self.loops else self._plain(value)
        calls = self.look(value)
        inner = awaited(value)
        is_whole = isinstance(inner, ast.Call) and len(calls) == 1 and self.callee(inner.func) is not None
        self._imports.pop(name, None)
        self.locals[name] = Local(known, calls, calls[0].function if is_whole else "", self._is_derived(value))

    def spread(self, target: ast.expr, shared: bool) -> None:
        """Give the names in a target what nobody knows. Raise UnknownError where there is more to it than names."""
        if isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self.spread(each, shared)
        elif isinstance(target, ast.Name):
            self.locals[target.id] = Local(shared=shared)
        else:
            raise UnknownError

    def look(self, node: ast.expr) -> tuple[Called, ...]:
        """Return the calls in an expression, in order; they have begun. Raise UnknownError where one is not clear."""
        found: list[Called] = []
        self._visit(node, found, inside=False)
        return tuple(found)

    def is_free(self, name: str) -> bool:
        """Whether a name is Python's own here."""
        is_bound = name in self.names.bound or name in self._imports or name in self.locals
        return not is_bound and "*" not in self.names.bound and hasattr(builtins, name)

    def full(self, node: ast.expr) -> str | None:
        """Return what a name, or an attribute of one, is in full; None for what is the test's own."""
        if isinstance(node, ast.Attribute):
            above = self.full(node.value)
            return f"{above}.{node.attr}" if above else None
        if not isinstance(node, ast.Name) or node.id in self.locals:
            return None
        if node.id == "self" and self._test.is_method:
            return "self"
        found = self._imports.get(node.id) or self.names.imports.get(node.id)
        return found or (node.id if self.is_free(node.id) else None)

    def callee(self, function: ast.expr) -> str | None:
        """Return the dotted name of a function that is neither Python's own nor the test's, or None."""
        full = self.full(function)
        if full is not None:
            is_own = full.startswith((*_LIBRARY, "self.", "pytest.", "unittest.")) or "." not in full
            return None if is_own else full
        if not isinstance(function, ast.Attribute):
            return None
        if isinstance(function.value, ast.Name) and function.value.id in self.locals:
            made = self.locals[function.value.id].made
        else:
            made = (self.callee(function.value.func) if isinstance(function.value, ast.Call) else None) or ""
        return f"{made}.{function.attr}" if made else None

    def changes(self, function: ast.expr) -> bool:
        """Whether a call changes a list or the like that is the test's own; from then on it is not known any more."""
        if not isinstance(function, ast.Attribute) or function.attr not in _CHANGING:
            return False
        local = self.locals.get(function.value.id) if isinstance(function.value, ast.Name) else None
        if local is None or local.shared or local.calls or local.touched:
            return False
        local.value = None
        return True

    def _is_derived(self, value: ast.expr) -> bool:
        """Whether an expression may hand on an object that has another name, too."""
        names = set(names_in(value))
        return any(name in self.names.constants or name in self.locals for name in names)

    def _visit(self, node: ast.AST, found: list[Called], inside: bool) -> None:
        match node:
            case ast.Call():
                self._call(node, found, inside)
            case ast.Name(name):
                if name not in self.locals and name not in self.names.constants and not self.is_free(name):
                    raise UnknownError
                if name in self.locals:
                    self.locals[name].used = True
            case ast.Attribute(value):
                self._attribute(node, value, found, inside)
            case ast.Lambda() | ast.Yield() | ast.YieldFrom() | ast.NamedExpr() | ast.DictComp():
                raise UnknownError
            case ast.comprehension(target, over, conditions):
                self._visit(over, found, inside)
                self.spread(target, shared=any(True for _ in names_in(over)))
                for condition in conditions:
                    self._visit(condition, found, inside)
            case ast.ListComp(element, parts) | ast.SetComp(element, parts) | ast.GeneratorExp(element, parts):
                self.loops += 1
                for each in (*parts, element):
                    self._visit(each, found, inside)
                self.loops -= 1
            case _:
                for child in ast.iter_child_nodes(node):
                    self._visit(child, found, inside)

    def _attribute(self, node: ast.Attribute, value: ast.expr, found: list[Called], inside: bool) -> None:
        full = self.full(node)
        if full is not None:
            if not full.startswith(_LIBRARY):
                raise UnknownError
            return
        if any(self.locals[name].calls for name in names_in(value) if name in self.locals):
            raise UnknownError
        self._visit(value, found, inside)

    def _call(self, node: ast.Call, found: list[Called], inside: bool) -> None:
        callee = self.callee(node.func)
        if callee is None:
            self._own(node, found, inside)
            return
        if inside:
            raise UnknownError
        receiver = self._receiver(node.func)
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        form, doubtful = self._form(node, callee, receiver), self._is_doubtful(arguments)
        for argument in arguments:
            self._visit(argument, found, inside=True)
        for name in (name for each in arguments for name in names_in(each) if name in self.locals):
            if self.locals[name].calls:
                raise UnknownError
            self.locals[name].touched = True
        call = Called(callee, form, receiver, doubtful, begun=tuple(self.begun))
        self.begun.append(replace(call, begun=()))
        found.append(call)

    def _own(self, node: ast.Call, found: list[Called], inside: bool) -> None:
        """Go through a call of Python's own, or of a method of plain data."""
        full = self.full(node.func)
        if full is not None:
            is_known = full in _BUILTINS or full.startswith(_LIBRARY)
            if not is_known or full.endswith(_CLOCKS):
                raise UnknownError
        else:
            is_changing = isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING
            if not isinstance(node.func, ast.Attribute) or (is_changing and not self.changes(node.func)):
                raise UnknownError
            if not any(hasattr(kind, node.func.attr) for kind in _PLAIN):
                raise UnknownError  # some object's, which may change whatever it likes
            self._visit(node.func, found, inside)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self._visit(argument, found, inside)

    def _receiver(self, function: ast.expr) -> str | None:
        """Return what makes the object of a method, "" where that is not known, None of a function.

        It is not known in a loop, where the object may have been through it before, nor of one that was used otherwise.
        """
        if self.full(function) is not None or not isinstance(function, ast.Attribute):
            return None
        if isinstance(function.value, ast.Call):
            made = self.look(function.value)
            return made[0].form if len(made) == 1 and not made[0].doubtful else ""
        local = self.locals[function.value.id] if isinstance(function.value, ast.Name) else Local()
        is_known = not (self.loops or local.used or any(each.doubtful for each in local.calls))
        local.touched = True
        forms = [*(each.form for each in local.calls), *(each.form for each in self.begun if each.receiver is not None)]
        return "; ".join(forms) if is_known and all(forms) else ""

    def _form(self, node: ast.Call, callee: str, receiver: str | None) -> str:
        """Return a call in full, as the same text wherever it is the same, or "" where it is not known."""
        arguments = [self._plain(each) for each in node.args]
        keywords = [(each.arg, self._plain(each.value)) for each in node.keywords]
        is_unknown = None in arguments or any(name is None or value is None for name, value in keywords)
        if self.loops or receiver == "" or is_unknown:
            return ""
        shown = [ast.unparse(each) for each in arguments if each is not None]
        shown += [f"{name}={ast.unparse(value)}" for name, value in keywords if value is not None]
        return f"{callee}({', '.join(shown)})"

    def _is_doubtful(self, arguments: Sequence[ast.expr]) -> bool:
        """Whether an argument, were it to be changed, could be changed by anybody else, or is given twice."""
        names = [name for each in arguments for name in names_in(each)]
        known = [self.locals[name] for name in names if name in self.locals]
        is_held = any(local.shared or local.touched for local in known)
        return is_held or len(set(names)) < len(names) or any(name in self.names.constants for name in names)

    def _plain(self, node: ast.expr) -> ast.expr | None:
        """Return an expression with the test's names filled in, or None where there is more to it."""
        filling = _Filling(self.locals, self.names.constants)
        filled: ast.expr = filling.visit(copy.deepcopy(node))
        return filled if filling.is_whole else None


class _Filling(ast.NodeTransformer):
    """Puts the expressions of names in their places."""

    def __init__(self, known: Mapping[str, Local], constants: Mapping[str, ast.expr]) -> None:
        self._known, self._constants = known, constants
        self.is_whole = True

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Fill in what is known of it."""
        if node.id not in self._known and node.id not in self._constants:
            return node
        local = self._known.get(node.id)
        value = local.value if local else self._constants[node.id]
        if value is None or any(True for _ in names_in(value)) or (local is not None and local.calls):
            self.is_whole = False
            return node
        return value


def names_in(node: ast.AST) -> Iterator[str]:
    """Yield the names in an expression."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id


def awaited(value: ast.expr) -> ast.expr:
    """Return what is awaited, or what there is where nothing is."""
    return value.value if isinstance(value, ast.Await) else value
