"""The shape of the house, read off the syntax tree of every module; each rule is shown to bite on a bad example."""

import ast
import graphlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tddbot"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("domain", "errors", "text", "protection", "parsing", "missing", "proof", "withholding"),
    ("stop", "events", "lab", "ports", "budget", "parallel", "ties"),
    ("watcher", "context", "generator", "runner", "judge", "repository", "store", "report"),
    (
        "loop",
        "preparing",
        "work",
        "guarding",
        "proving",
        "gating",
        "memorising",
        "contradicting",
        "choosing",
        "aftermath",
        "ending",
        "watching",
    ),
    ("config", "app"),
    ("cli", "bench", "__main__"),
)
"""From the ground up. A part imports from the layers before its own, and from its own; but stages never meet."""

STAGES = frozenset(LAYERS[2])

HEAVY: Mapping[str, tuple[str, str]] = {
    "openai": ("tddbot.generator.openai_model", "tddbot.generator"),
    "git": ("tddbot.repository.git", "tddbot.repository"),
    "hypothesis": ("tddbot.ties.drawing", "tddbot.ties"),
    "libcst": ("tddbot.generator.offline.syntax", "tddbot.generator.offline"),
    "rich": ("tddbot.report.terminal", "tddbot.report"),
}
"""Each heavy library with the one module that imports it, inside functions only, and the package that may name its
types under TYPE_CHECKING."""

OWNED: Mapping[str, str] = {"watchdog": "tddbot.watcher.inotify"}
"""Light enough to be imported at the top, but of one module only."""

DYNAMIC: Mapping[str, str] = {
    "tddbot.cli.main": "a command is loaded when it is called",
    "tddbot.generator.openai_model": "the HTTP library that openai brings, whatever its name is",
    "tddbot.runner.guest.bootstrap": "the guest finds its own package by its place on disk",
    "tddbot.runner.guest.lab.asking": "expressions are asked in a module that the tests may not have imported",
    "tddbot.runner.guest.split.server": "a patched module is imported by the name that the tests have for it",
    "tddbot.runner.guest.tddbot_carrier": "as the bootstrap, in each worker of pytest-xdist",
    "tddbot.runner.guest.watch": "what tests assert with is loaded before anything of the repository, to be watched",
    "tddbot.runner.guest.warmup": "the zygote loads what the last run has loaded",
}
"""The modules that import by a name made at run time, and why."""

GUEST = "tddbot.runner.guest"
LONGEST_LOOP = 150


@dataclass(frozen=True)
class Import:
    """One import of `name`: `lazy` inside a function, `typed` under TYPE_CHECKING, `called` by `import_module`."""

    module: str
    name: str
    line: int
    lazy: bool = False
    typed: bool = False
    called: bool = False
    level: int = 0

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {'.' * self.level}{self.name}"


Modules = Mapping[str, ast.Module]


def parsed(sources: Mapping[str, str]) -> Modules:
    return {name: ast.parse(source, name) for name, source in sources.items()}


def read(package: Path) -> dict[str, str]:
    """The sources of a package by the modules' names."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def imports(modules: Modules) -> list[Import]:
    return [found for name, tree in modules.items() for found in _below(tree, name, modules, False, False)]


def _below(node: ast.AST, module: str, modules: Modules, lazy: bool, typed: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        in_function = lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for kept in child.body:
                yield from _below(ast.Module([kept], []), module, modules, in_function, True)
            child = ast.Module(child.orelse, [])
        for name, level in _imported(child, modules):
            yield Import(module, name, child.lineno, in_function, typed, isinstance(child, ast.Call), level)
        yield from _below(child, module, modules, in_function, typed)


def _imported(node: ast.AST, modules: Modules) -> Iterator[tuple[str, int]]:
    match node:
        case ast.Import(names=names):
            yield from ((alias.name, 0) for alias in names)
        case ast.ImportFrom(module=origin, names=names, level=level):
            origin = origin or ""
            for alias in names:
                whole = f"{origin}.{alias.name}"
                yield (whole if whole in modules else origin), level
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]) if _is_import(function):
            yield name, 0


def _is_import(function: ast.expr) -> bool:
    return ast.unparse(function) in ("__import__", "import_module", "importlib.import_module")


def part_of(name: str) -> str:
    """The part of tddbot that a module belongs to; the package itself is none."""
    return name.partition(".")[2].partition(".")[0]


def layer_of(name: str) -> int | None:
    """The number of a module's layer, the package itself below all, or None for one that has no place."""
    part = part_of(name)
    return next((number for number, parts in enumerate(LAYERS) if part in parts), None) if part else -1


def is_ours(name: str) -> bool:
    return name == "tddbot" or name.startswith("tddbot.")


# The rules. Each returns its breaches as sentences.


def without_place(modules: Modules) -> list[str]:
    return [f"{name} stands in no layer" for name in modules if layer_of(name) is None]


def upwards(modules: Modules) -> list[str]:
    ours = [found for found in imports(modules) if is_ours(found.name)]
    return [str(found) for found in ours if (layer_of(found.name) or 0) > (layer_of(found.module) or 0)]


def between_stages(modules: Modules) -> list[str]:
    def meets(found: Import) -> bool:
        mine, other = part_of(found.module), part_of(found.name)
        return mine in STAGES and other in STAGES and mine != other

    return [str(found) for found in imports(modules) if is_ours(found.name) and meets(found)]


def relative(modules: Modules) -> list[str]:
    return [str(found) for found in imports(modules) if found.level]


def cycles(modules: Modules) -> list[str]:
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for found in imports(modules):
        if is_ours(found.name) and found.name != found.module:
            graph[found.module].add(found.name)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return [" imports ".join(reversed(error.args[1]))]
    return []


def lazy(modules: Modules) -> list[str]:
    """Imports inside a function, but for a heavy library in the module that owns it."""
    late = [found for found in imports(modules) if found.lazy and not found.typed]
    late = [found for found in late if not (found.called and found.module in DYNAMIC)]
    return [str(found) for found in late if HEAVY.get(_top(found.name), ("",))[0] != found.module]


def astray(modules: Modules) -> list[str]:
    """Libraries with one owner imported elsewhere, or a heavy one at the top of a module."""
    return [str(found) for found in imports(modules) if _is_astray(found)]


def _is_astray(found: Import) -> bool:
    library = _top(found.name)
    if library in OWNED:
        return found.module != OWNED[library]
    if library not in HEAVY:
        return False
    owner, package = HEAVY[library]
    if found.typed:
        return not f"{found.module}.".startswith(f"{package}.")
    return found.module != owner or not found.lazy


def dynamic(modules: Modules) -> list[str]:
    calls = ((name, node) for name, tree in modules.items() for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        f"{name}:{call.lineno} imports by name" for name, call in calls if _is_import(call.func) and name not in DYNAMIC
    ]


def not_for_a_guest(modules: Modules) -> list[str]:
    """Imports of the guest that the project's Python may not have."""
    allowed = sys.stdlib_module_names | {"pytest", "_pytest", "pluggy"}  # which pytest stands on
    found = [found for found in imports(modules) if f"{found.module}.".startswith(f"{GUEST}.")]
    return [
        str(each) for each in found if _top(each.name) not in allowed and not f"{each.name}.".startswith(f"{GUEST}.")
    ]


def too_new_for_a_guest(sources: Mapping[str, str]) -> list[str]:
    """Guest modules that Python 3.8 cannot parse."""
    return [fault for name, source in sources.items() if name.startswith(GUEST) and (fault := _fault(name, source))]


def _fault(name: str, source: str) -> str | None:
    try:
        ast.parse(source, feature_version=(3, 8))
    except SyntaxError as error:
        return f"{name}:{error.lineno} {error.msg}"
    return None


def beyond_the_standard_library(modules: Modules) -> list[str]:
    """Imports of the ground floor that are not Python's own."""
    ground = [found for found in imports(modules) if layer_of(found.module) == 0 and not is_ours(found.name)]
    return [str(found) for found in ground if _top(found.name) not in sys.stdlib_module_names]


def _top(name: str) -> str:
    return name.partition(".")[0]


RULES = [
    without_place, upwards, between_stages, relative, cycles, lazy, astray, dynamic, not_for_a_guest,
    beyond_the_standard_library,
]  # fmt: skip

SOURCES = read(PACKAGE)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule):
    assert rule(parsed(SOURCES)) == []


def test_the_guest_parses_on_the_oldest_python_that_pytest_supports():
    assert too_new_for_a_guest(SOURCES) == []
    assert [name for name in SOURCES if name.startswith(GUEST)]


def test_the_loop_fits_on_a_screen():
    assert len(SOURCES["tddbot.loop"].splitlines()) <= LONGEST_LOOP


def test_the_lists_name_what_is_there():
    heavy = {_top(found.name): found.module for found in imports(parsed(SOURCES)) if found.lazy and not found.typed}
    assert {library: owner for library, (owner, _) in HEAVY.items()} == {
        library: owner for library, owner in heavy.items() if library in HEAVY
    }
    assert set(OWNED.values()) | set(DYNAMIC) <= set(SOURCES)
    assert {part_of(name) for name in SOURCES if name != "tddbot"} == {part for parts in LAYERS for part in parts}


@pytest.mark.parametrize(
    ("rule", "module", "source"),
    [
        (without_place, "tddbot.helpers", ""),
        (upwards, "tddbot.domain", "from tddbot import events"),
        (upwards, "tddbot.store.rows", "from tddbot.loop import cycle"),
        (upwards, "tddbot.loop", "def f():\n    import tddbot.app"),
        (upwards, "tddbot.judge.guard", "if TYPE_CHECKING:\n    from tddbot.config import Config"),
        (upwards, "tddbot.app", "from tddbot.cli import main"),
        (between_stages, "tddbot.judge.guard", "from tddbot.runner.jail import Jail"),
        (between_stages, "tddbot.report.words", "import tddbot.store"),
        (between_stages, "tddbot.context.brief", "def f():\n    from tddbot import judge"),
        (relative, "tddbot.judge.guard", "from . import verdict"),
        (relative, "tddbot.judge.guard", "from .verdict import rule"),
        (cycles, "tddbot.store.rows", "import tddbot.store.rows_too"),
        (lazy, "tddbot.judge.guard", "def f():\n    import ast"),
        (lazy, "tddbot.judge.guard", "class A:\n    def f(self):\n        from tddbot.domain import Run"),
        (lazy, "tddbot.judge.guard", "async def f():\n    import ast"),
        (lazy, "tddbot.cli.main", "def f():\n    import ast"),
        (lazy, "tddbot.app", "def f():\n    importlib.import_module('ast')"),
        (lazy, "tddbot.report.json_lines", "def f():\n    from rich.text import Text"),
        (astray, "tddbot.cli.main", "import rich.console"),
        (astray, "tddbot.report.terminal", "import rich"),
        (astray, "tddbot.store.rows", "if TYPE_CHECKING:\n    import rich"),
        (astray, "tddbot.generator.prompt.prompt", "from openai import OpenAI"),
        (astray, "tddbot.generator.prompt.prompt", "import libcst as cst"),
        (astray, "tddbot.repository.snapshot", "def f():\n    from git import Repo"),
        (astray, "tddbot.watcher.tree", "import watchdog.events"),
        (astray, "tddbot.app", "client = importlib.import_module('openai')"),
        (dynamic, "tddbot.app", "importlib.import_module(name)"),
        (dynamic, "tddbot.app", "__import__('tddbot.' + name)"),
        (not_for_a_guest, "tddbot.runner.guest.worker", "import msgspec"),
        (not_for_a_guest, "tddbot.runner.guest", "from tddbot.domain import Run"),
        (not_for_a_guest, "tddbot.runner.guest.worker", "from tddbot.runner import records"),
        (beyond_the_standard_library, "tddbot.domain", "import msgspec"),
    ],
)
def test_a_rule_bites(rule, module, source):
    known = ("tddbot", "tddbot.events", "tddbot.judge", "tddbot.cli", "tddbot.cli.main", "tddbot.runner.records")
    others = {name: "" for name in known if name != module}
    others["tddbot.store.rows_too"] = "from tddbot.store.rows import x"
    others["tddbot.store.rows"] = ""
    breaches = rule(parsed({**others, module: source}))
    assert len(breaches) == 1
    assert module in breaches[0]


@pytest.mark.parametrize(
    ("rule", "module", "source"),
    [
        (upwards, "tddbot.loop", "from tddbot.work import run\nfrom tddbot.judge import guard\nimport tddbot"),
        (between_stages, "tddbot.judge.guard", "from tddbot.judge.verdict import rule\nfrom tddbot.domain import Run"),
        (lazy, "tddbot.report.terminal", "def f():\n    from rich.text import Text"),
        (astray, "tddbot.report.terminal", "if TYPE_CHECKING:\n    import rich\ndef f():\n    import rich"),
        (astray, "tddbot.repository.git", "def f():\n    import git.exc"),
        (astray, "tddbot.app", "from tddbot.repository.git import run"),
        (not_for_a_guest, "tddbot.runner.guest.worker", "import os, pytest\nfrom tddbot.runner.guest import wire"),
    ],
)
def test_a_rule_lets_go_what_is_right(rule, module, source):
    assert rule(parsed({module: source})) == []


@pytest.mark.parametrize("source", ["match x:\n    case 1: pass", "with (open(a) as b, open(c) as d): pass", "def f(:"])
def test_a_guest_of_newer_grammar_is_found(source):
    assert too_new_for_a_guest({GUEST + ".worker": source, "tddbot.app": source})[0].startswith(f"{GUEST}.worker:")


def test_saying_the_version_loads_no_heavy_library():
    said = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tddbot", "--version"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = {line.rpartition("|")[2].strip() for line in said.stderr.splitlines() if line.startswith("import time:")}
    assert said.stdout.startswith("tddbot ")
    assert "tddbot.cli.main" in loaded
    assert {_top(name) for name in loaded}.isdisjoint(HEAVY)
