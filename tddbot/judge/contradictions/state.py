"""Whether a function may answer the same call differently: from its source, and where there is none, its name. Pure.

Silent is what reads nothing but its arguments, constants that nobody changes, and functions and classes that do so.
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tddbot.judge.contradictions.sheet import Function, imported

Found = tuple[ast.Module, str]
"""A module and the qualified name of something in it."""

_MODULES = frozenset(
    {
        "abc", "base64", "binascii", "bisect", "cmath", "collections", "colorsys", "copy", "csv", "dataclasses",
        "datetime", "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq", "html", "io",
        "ipaddress", "itertools", "json", "keyword", "math", "numbers", "operator", "re", "shlex", "statistics",
        "string", "struct", "textwrap", "types", "typing", "typing_extensions", "unicodedata", "urllib", "__future__",
    }
)  # fmt: skip
_DECORATORS = re.compile(
    r"(functools\.)?(lru_cache|cache|cached_property|total_ordering|wraps|singledispatch)(\(.*\))?"
    r"|staticmethod|classmethod|property|\w+\.setter|(abc\.)?abstractmethod|(typing\.)?(override|final)"
    r"|(dataclasses\.)?dataclass(\(.*\))?|(enum\.)?unique"
)
_OUTSIDE = frozenset({"open", "input", "id", "hash", "globals", "locals", "vars", "eval", "exec", "__import__"})
_CLOCKS = frozenset({"now", "today", "utcnow"})
_CHANGING = frozenset(
    {
        "append", "add", "update", "pop", "popitem", "setdefault", "extend", "insert", "remove", "discard", "clear",
        "sort", "reverse", "appendleft", "popleft", "__setitem__", "write",
    }
)  # fmt: skip
_READING = frozenset(
    {
        "len", "sorted", "sum", "min", "max", "any", "all", "list", "dict", "tuple", "set", "enumerate", "zip", "iter",
        "reversed", "isinstance", "frozenset", "map", "filter",
    }
)  # fmt: skip
_CHANCE = frozenset(
    {
        "now", "today", "time", "timestamp", "clock", "random", "rand", "roll", "shuffle", "choice", "choose",
        "sample", "draw", "pick", "uuid", "guid", "token", "nonce", "unique", "generate", "elapsed", "since",
        "uptime", "hostname", "environ", "env", "pid", "cwd", "read", "load", "fetch", "poll", "receive", "spin",
    }
)  # fmt: skip
_COUNTING = frozenset(
    {
        "next", "new", "increment", "incr", "decrement", "tick", "toggle", "flip", "seen", "visit", "visited", "once",
        "again", "pop", "take", "acquire", "release", "allow", "allowed", "throttle", "limit", "retry", "attempt",
        "register", "login", "counter", "sequence", "serial", "dequeue",
    }
)  # fmt: skip
_SETTING = frozenset(
    {
        "set", "put", "store", "save", "insert", "push", "enqueue", "write", "update", "delete", "remove", "reset",
        "init", "configure", "open", "connect", "create", "subscribe", "enable", "disable", "start", "stop", "begin",
        "switch", "use", "activate", "install", "patch", "clear", "select", "mark", "lock", "unlock", "apply",
    }
)  # fmt: skip
_ADDING = frozenset({"add", "append", "extend", "define", "declare", "join", "enter", "learn", "remember", "record"})
_MOST = 200


def words(dotted: str) -> set[str]:
    """Return the words in a function's own name."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", dotted.rpartition(".")[2])}


def sounds_changing(dotted: str, is_method: bool = False) -> bool:
    """Whether a function's name lets one expect another answer each time; a method's, of each new object."""
    return not (_CHANCE if is_method else _CHANCE | _COUNTING).isdisjoint(words(dotted))


def sounds_setting(dotted: str) -> bool:
    """Whether a function's name lets one expect that others answer differently after it."""
    return not (_SETTING | _COUNTING).isdisjoint(words(dotted))


def sounds_adding(dotted: str) -> bool:
    """Whether a function's name lets one expect that it keeps what it is given, until other tests ask for it."""
    return sounds_setting(dotted) or not _ADDING.isdisjoint(words(dotted))


@dataclass
class State:
    """Looks into functions; `find` returns where the thing of a dotted name is defined, None for what is not ours."""

    find: Callable[[str], Found | None]
    _seen: set[tuple[int, str]] = field(default_factory=set)

    def is_free(self, found: Found) -> bool:
        """Whether a function, or a class with all its methods, sees nothing but what it is given."""
        tree, name = found
        if (id(tree), name) in self._seen:
            return True
        self._seen.add((id(tree), name))
        if len(self._seen) > _MOST:
            return False
        node = defined(tree, name.partition(".")[0])
        if isinstance(node, ast.ClassDef):
            return self._is_class_free(tree, node)
        return isinstance(node, Function) and self._is_function_free(tree, node)

    def _is_class_free(self, tree: ast.Module, node: ast.ClassDef) -> bool:
        if node.keywords or not all(map(_is_known_decorator, node.decorator_list)):
            return False
        for inner in node.body:
            if isinstance(inner, Function):
                if not self._is_function_free(tree, inner):
                    return False
            elif isinstance(inner, ast.Assign | ast.AnnAssign) and inner.value is not None:
                if not _is_fixed(inner.value) and "field(" not in ast.unparse(inner.value):
                    return False
            elif not isinstance(inner, ast.AnnAssign | ast.Expr | ast.Pass):
                return False
        return all(self._is_name_free(tree, base) for base in node.bases)

    def _is_function_free(self, tree: ast.Module, node: Function) -> bool:
        if not all(map(_is_known_decorator, node.decorator_list)):
            return False
        if not has_fixed_defaults(node):
            return False
        own = _own_names(node)
        return all(self._is_harmless(tree, each, own) for statement in node.body for each in ast.walk(statement))

    def _is_harmless(self, tree: ast.Module, node: ast.AST, own: set[str]) -> bool:
        match node:
            case ast.Global() | ast.Nonlocal() | ast.Yield() | ast.YieldFrom():
                return False
            case ast.Attribute(value, attribute, context):
                is_store = not isinstance(context, ast.Load)
                return attribute not in (*_CLOCKS, "__class__", "__dict__") and not (
                    is_store and _root(value) not in own - {"cls"}
                )
            case ast.Subscript(value, _, ast.Store() | ast.Del()):
                return _root(value) in own - {"cls"}
            case ast.Call(ast.Attribute(value, attribute)) if attribute in _CHANGING:
                return _root(value) in own - {"cls"} or _root(value) == ""
            case ast.Name(name, ast.Load()) if name not in own:
                return name not in _OUTSIDE and self._is_name_free(tree, node)
            case ast.Import() | ast.ImportFrom():
                return all(self._is_import_free(dotted) for _, dotted in imported([node]))
        return True

    def _is_name_free(self, tree: ast.Module, node: ast.expr) -> bool:
        """Whether what a name of the module stands for sees nothing that changes."""
        name = _root(node)
        bound = [each for each in tree.body if name in _bound(each)]
        if not bound:
            return True  # Python's own, or nothing
        if len(bound) > 1 or not name:
            return False
        match bound[0]:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return self.is_free((tree, name))
            case ast.Import() | ast.ImportFrom(level=0):
                return self._is_import_free(dict(imported([bound[0]])).get(name, ""))
            case ast.Assign(_, value) | ast.AnnAssign(_, _, ast.expr() as value):
                return _is_fixed(value, lists=True) and not _is_changed(tree, name)
        return False

    def _is_import_free(self, dotted: str) -> bool:
        if dotted.partition(".")[0] in _MODULES:
            return dotted.rpartition(".")[2] not in ("count", "cycle")
        found = self.find(dotted) if dotted else None
        return found is not None and self.is_free(found)


def defined(tree: ast.Module, name: str) -> ast.stmt | None:
    """Return what defines a name of a module, where one statement does."""
    first, _, rest = name.partition(".")
    found = [node for node in tree.body if first in _bound(node)]
    if len(found) != 1:
        return None
    if rest and isinstance(found[0], ast.ClassDef):
        return next((each for each in found[0].body if isinstance(each, Function) and each.name == rest), None)
    return None if rest else found[0]


def is_unwritten(function: ast.stmt | None) -> bool:
    """Whether a function has no body to speak of yet, or always the same answer."""
    body = function.body if isinstance(function, Function) else []
    return all(isinstance(node, ast.Raise | ast.Pass) or _is_text(node) or _is_fixed_answer(node) for node in body)


def has_fixed_defaults(function: Function) -> bool:
    """Whether none of its parameters' defaults can be changed by a call."""
    return all(_is_fixed(each) for each in (*function.args.defaults, *filter(None, function.args.kw_defaults)))


def _is_fixed_answer(node: ast.stmt) -> bool:
    return isinstance(node, ast.Return) and (node.value is None or isinstance(node.value, ast.Constant))


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_known_decorator(node: ast.expr) -> bool:
    return _DECORATORS.fullmatch(ast.unparse(node)) is not None


def _is_fixed(value: ast.expr, lists: bool = False) -> bool:
    """Whether an expression is a constant, or, with `lists`, a display of constants."""
    match value:
        case ast.Constant():
            return True
        case ast.UnaryOp(_, operand):
            return _is_fixed(operand, lists)
        case ast.BinOp(left, _, right):
            return _is_fixed(left, lists) and _is_fixed(right, lists)
        case ast.Tuple(parts):
            return all(_is_fixed(each, lists) for each in parts)
        case ast.List(parts) | ast.Set(parts):
            return lists and all(_is_fixed(each, lists) for each in parts)
        case ast.Dict(keys, values):
            return lists and all(each is not None and _is_fixed(each, lists) for each in (*keys, *values))
        case ast.Call(function, arguments, []):
            name = ast.unparse(function)
            is_known = name in ("re.compile", "frozenset", "Decimal", "decimal.Decimal", "Fraction", "timedelta")
            return is_known and all(_is_fixed(each, lists=True) for each in arguments)
    return False


def _is_changed(tree: ast.Module, name: str) -> bool:
    """Whether anything in a module changes what a name of it holds."""
    for node in ast.walk(tree):
        match node:
            case ast.Global(names) if name in names:
                return True
            case ast.Subscript(value, _, ast.Store() | ast.Del()) | ast.Attribute(value, _, ast.Store() | ast.Del()):
                if _root(value) == name:
                    return True
            case ast.Call(ast.Attribute(value, attribute)) if attribute in _CHANGING and _root(value) == name:
                return True
            case ast.AugAssign(target) if _root(target) == name:
                return True
            case ast.Assign(_, ast.Name(handed)) | ast.Return(ast.Name(handed)) | ast.keyword(_, ast.Name(handed)):
                if handed == name:
                    return True
            case ast.Call(function, arguments) if ast.unparse(function) not in _READING:
                if any(isinstance(each, ast.Name) and each.id == name for each in arguments):
                    return True
    return False


def _own_names(function: Function) -> set[str]:
    """Return the names that a function binds itself, its parameters among them."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, Function | ast.ClassDef | ast.MatchAs | ast.MatchStar) and node is not function:
            found.add(node.name or "")
    return found


def _root(node: ast.AST) -> str:
    """Return the name at which an attribute, an item or a call begins; "" for what begins with none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _bound(node: ast.stmt) -> Sequence[str]:
    """Return the names that a statement of a module binds."""
    return list(_binding(node))


def _binding(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, Function | ast.ClassDef):
        yield node.name
        return
    for each in ast.walk(node):
        if isinstance(each, ast.alias):
            yield each.asname or each.name.partition(".")[0]
        elif isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
            yield each.id
