"""What finds out that it is being tested, or where: words, the environment, modules, names of files and hosts."""

import ast
import re
from collections.abc import Iterator

from tddbot.judge.guard.conditions import conditions, is_decided
from tddbot.judge.guard.dependence import inside
from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Module, docstring_of
from tddbot.judge.guard.names import Names

_WORDS = re.compile(
    r"_?pytest|py\.test|PYTEST_\w+|conftest|_pytest\..*|unittest(\..*)?|doctest|tox|nox|hypothesis|pluggy|__main__",
    re.IGNORECASE,
)
_TEST_WORDS = re.compile(r"py\.?test|conftest|unittest", re.IGNORECASE)
_VARIABLES = re.compile(
    r"PYTEST\w*|TOX_?\w*|NOX_?\w*|CI|CONTINUOUS_INTEGRATION|GITHUB_\w+|GITLAB_CI|TRAVIS|CIRCLECI|BUILD_?(NUMBER|ID)"
    r"|JENKINS_\w+|TDDBOT\w*|COV_CORE_\w+|COVERAGE_\w+|PYTHONHASHSEED|HYPOTHESIS_\w+",
)
_IDENTITY = re.compile(r"USER|LOGNAME|USERNAME|HOME|HOSTNAME|PWD|_|SHLVL|PYTHONPATH|PYTHONDONTWRITEBYTECODE")
_ENVIRONMENT = frozenset({"os.environ", "os.environb", "os.getenv", "os.getenvb"})
_PLACES = re.compile(
    r"/proc(/.*)?|(.*/)?\.git(/.*)?|/\.dockerenv|/sys/class/dmi.*|.*tddbot.*", re.IGNORECASE | re.DOTALL
)
_WHEREABOUTS = frozenset({
    "os.getppid", "os.getpid", "os.getlogin", "getpass.getuser", "socket.gethostname", "socket.getfqdn",
    "platform.node", "os.uname.nodename", "platform.uname.node", "pwd.getpwuid", "sys.orig_argv", "os.getpgid",
    "os.getsid", "threading.active_count", "sys.warnoptions",
})  # fmt: skip
_STARTED = frozenset({"sys.orig_argv", "sys.warnoptions"})
"""How the interpreter was started: no program's answers hang on that."""

_TEST_FILES = re.compile(
    r"(.*[/\\])?(test_[\w*]*|\w*[\w*]_test|conftest)\.py[co]?|(.*[/\\])?tests?([/\\].*)?[/\\]|tests?[/\\].*"
)
_PATHS = re.compile(
    r"open|Path|PurePath|join|joinpath|glob|rglob|iglob|walk|read_text|listdir|exists|isfile|scandir|run_path"
)
_MATCHERS = re.compile(
    r"startswith|endswith|find|rfind|index|count|search|match|fullmatch|findall|fnmatch|fnmatchcase|__contains__|find_spec|find_loader"
)


def sniffing(module: Module, names: Names, expected: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Yield what asks about the test run, its files, its environment or the place it runs in."""
    files = {path.rpartition("/")[2] for path in expected}
    for text, node in _texts(module, names):
        if text.rpartition("/")[2] in files and _is_path(module, node):
            yield found(module, "TDB206", node, text[:60])
        yield from _word(module, names, node, text)
    yield from _loaded(module, names)
    yield from _variables(module, names)
    yield from _whereabouts(module, names)
    yield from _hooks(module, names)
    yield from _sources(module, names)
    yield from _imports(module, names)


def _texts(module: Module, names: Names) -> Iterator[tuple[str, ast.expr]]:
    """Yield the strings of a module, also those that only come about when they are put together."""
    documented = {
        docstring_of(node) for node in module.every(ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    }
    for constant in module.every(ast.Constant):
        if (
            isinstance(constant.value, str | bytes)
            and constant not in documented
            and not isinstance(module.parents.get(constant), ast.Expr)
        ):
            yield _as_text(constant.value), constant
    for made in module.every(ast.BinOp, ast.Call, ast.JoinedStr, ast.Subscript):
        parent = module.parents.get(made)
        if not isinstance(parent, ast.BinOp | ast.FormattedValue):
            value = names.value(made)
            if isinstance(value, str | bytes):
                yield _as_text(value), made


def _as_text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _word(module: Module, names: Names, node: ast.expr, text: str) -> Iterator[Finding]:
    if text == "__main__":
        parent = module.parents.get(node)
        if isinstance(parent, ast.Subscript) or (isinstance(parent, ast.Call) and names.is_any(parent, _MAIN)):
            yield found(module, "TDB202", node, text)
    elif re.fullmatch(r"PYTEST_\w+|_pytest(\..*)?", text):
        yield found(module, "TDB202", node, text)
    elif (_WORDS.fullmatch(text) or _TEST_WORDS.search(text)) and _is_asked(module, names, node):
        yield found(module, "TDB202", node, text[:60])
    elif _PLACES.fullmatch(text) and len(text) < 200 and (is_decided(module, node) or _is_path(module, node)):
        yield found(module, "TDB207", node, text[:60])
    elif re.fullmatch("tests?", text) and _is_path(module, node) and is_decided(module, node):
        yield found(module, "TDB206", node, text)
    elif _TEST_FILES.fullmatch(text) and _is_path(module, node):
        yield found(module, "TDB206", node, text[:60])


def _is_asked(module: Module, names: Names, node: ast.expr) -> bool:
    """Whether something is compared with a text, looked up by it, or searched for it."""
    inner: ast.AST = node
    for parent in module.above(node):
        if isinstance(parent, ast.Compare | ast.Subscript):
            return True
        if isinstance(parent, ast.Call) and inner is not parent.func:
            method = parent.func.attr if isinstance(parent.func, ast.Attribute) else ""
            loaded = names.is_any(parent.func, frozenset({"sys.modules.get", "os.environ.get", "os.getenv"}))
            return loaded or bool(_MATCHERS.fullmatch(method))
        if not isinstance(
            parent, ast.Tuple | ast.List | ast.Set | ast.BoolOp | ast.Starred | ast.comprehension | ast.GeneratorExp
        ):
            return False
        inner = parent
    return False


def _is_path(module: Module, node: ast.expr) -> bool:
    """Whether a text is given to what opens or looks for files, or joined to a path by `/`."""
    for parent in module.above(node):
        if isinstance(parent, ast.Call):
            function = parent.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            return bool(_PATHS.fullmatch(name))
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div):
            return True
        if isinstance(parent, ast.stmt):
            return False
    return False


def _loaded(module: Module, names: Names) -> Iterator[Finding]:
    """A search among the loaded modules, instead of a look at one of them by a name that says which."""
    for name, node in names.uses:
        if name == "__main__" or name.startswith("__main__."):
            yield found(module, "TDB202", node, "__main__")
        if name != "sys.modules" or isinstance(node, ast.ImportFrom):
            continue
        parent = module.parents.get(node)
        if isinstance(parent, ast.Attribute) and parent.attr in (
            "keys",
            "items",
            "values",
            "copy",
            "__iter__",
            "__len__",
        ):
            yield found(module, "TDB202", node, f"sys.modules.{parent.attr}")
        elif isinstance(
            parent, ast.For | ast.comprehension | ast.Starred | ast.BinOp | ast.JoinedStr | ast.FormattedValue
        ) or (isinstance(parent, ast.Call) and node in parent.args and not names.is_any(parent.func, _HARMLESS)):
            yield found(module, "TDB202", node, "sys.modules")


_TAKEN = frozenset({
    "sys.unraisablehook", "sys.excepthook", "sys.__unraisablehook__", "sys.__excepthook__", "threading.excepthook",
    "sys.__stdout__", "sys.__stderr__", "sys.stdout.name", "sys.stderr.name", "sys.stdin.name", "sys.stdout.__class__",
    "sys.displayhook", "sys.__displayhook__", "sys.gettrace", "sys.getprofile", "warnings.filters",
    "sys.breakpointhook", "sys.stdout.buffer.raw.name", "sys.meta_path", "sys.path_hooks", "sys.path_importer_cache",
    "sys.flags.isolated",
})  # fmt: skip
_LOOKING = frozenset({"glob", "rglob", "iglob"})
_READING = frozenset({"open", "read_text", "read", "readlines", "getsource", "read_bytes"})
_MAIN = frozenset({"__main__"})
_HARMLESS = frozenset({"builtins.getattr", "builtins.hasattr", "builtins.isinstance", "builtins.id"})


def _variables(module: Module, names: Names) -> Iterator[Finding]:
    for name, node in names.uses:
        if name not in _ENVIRONMENT:
            continue
        key = _key(module, node)
        text = names.text(key) if key else None
        if text is None:
            if key is None and _is_searched(module, names, node):
                yield found(module, "TDB202", node, "os.environ")
        elif _VARIABLES.fullmatch(text):
            yield found(module, "TDB202", node, text)
        elif _IDENTITY.fullmatch(text) and not _is_lookup(module, node) and is_decided(module, node, by_constant=True):
            yield found(module, "TDB207", node, text)


def _is_lookup(module: Module, node: ast.AST) -> bool:
    """Whether it is only asked whether a variable is there."""
    return isinstance(module.parents.get(node), ast.Compare)


def _is_searched(module: Module, names: Names, node: ast.AST) -> bool:
    """Whether a condition counts the variables, or looks through all of them."""
    parent = module.parents.get(node)
    counted = isinstance(parent, ast.Call) and node in parent.args and names.is_any(parent.func, _COUNTING)
    return (counted or isinstance(parent, ast.comprehension)) and is_decided(module, node)


_COUNTING = frozenset({"builtins.len", "builtins.str", "builtins.repr", "builtins.any", "builtins.set"})


def _key(module: Module, node: ast.AST) -> ast.expr | None:
    """The name of the variable that is looked up."""
    parent = module.parents.get(node)
    if isinstance(parent, ast.Subscript):
        return parent.slice
    if isinstance(parent, ast.Compare) and parent.left is not node:
        return parent.left
    call = module.parents.get(parent) if isinstance(parent, ast.Attribute) else parent
    is_called = isinstance(call, ast.Call) and call.func in (node, parent)
    return call.args[0] if is_called and isinstance(call, ast.Call) and call.args else None


def _hooks(module: Module, names: Names) -> Iterator[Finding]:
    """Whether somebody has taken the place of the interpreter's own hooks and streams."""
    for name, node in names.uses:
        if name in _TAKEN and is_decided(module, node):
            yield found(module, "TDB202", node, name)


def _imports(module: Module, names: Names) -> Iterator[Finding]:
    """Tests that are imported, by a name that is made of what their names are made of."""
    for name, node in names.uses:
        if (
            isinstance(node, ast.Import | ast.ImportFrom)
            and re.match(r"(.+\.)?(tests?\b|test_|conftest\b)", name)
            and not name.startswith("test.")
        ):
            yield found(module, "TDB206", node, name)
    for call in module.every(ast.Call):
        if names.is_any(call.func, _IMPORTING):
            texts = (each.value for part in call.args for each in ast.walk(part) if isinstance(each, ast.Constant))
            if any(
                isinstance(text, str) and re.match(r"(.*\.)?(tests?$|tests?\.|test_|conftest)", text) for text in texts
            ):
                yield found(module, "TDB206", call, ast.unparse(call)[:60])


_IMPORTING = frozenset({"builtins.__import__", "importlib.import_module", "importlib.__import__"})


def _sources(module: Module, names: Names) -> Iterator[Finding]:
    """Source files that are looked for by a pattern and read."""
    for call in module.every(ast.Call):
        if _method(call) not in _LOOKING or not call.args:
            continue
        pattern, function = names.text(call.args[0]), module.function_around(call)
        if pattern and pattern.endswith("*.py") and function is not None:
            calls = (node for node in inside(function) if isinstance(node, ast.Call))
            if any(_method(each) in _READING for each in calls):
                yield found(module, "TDB206", call, pattern[:60])


def _method(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _is_held_against(module: Module, node: ast.AST) -> bool:
    """Whether a comparison has a value in it, whatever is done with what comes out."""
    above = (each for each in module.above(node) if isinstance(each, ast.Compare | ast.stmt))
    return isinstance(next(above, None), ast.Compare)


def _whereabouts(module: Module, names: Names) -> Iterator[Finding]:
    for name, node in names.uses:
        is_place = any(name == each or name.startswith(f"{each}.") for each in _WHEREABOUTS if name[0] == each[0])
        is_asked = name in _STARTED and _is_held_against(module, node)
        if is_asked or (is_place and is_decided(module, node, by_constant=True)):
            yield found(module, "TDB207", node, name)
    for decided, test in conditions(module):
        for each in ast.walk(test):
            if isinstance(each, ast.Attribute | ast.Name) and names.is_any(each, frozenset({"sys.argv"})):
                subscript = module.parents.get(each)
                if isinstance(subscript, ast.Subscript) and names.value(subscript.slice) == 0:
                    yield found(module, "TDB202", decided, "sys.argv[0]")
