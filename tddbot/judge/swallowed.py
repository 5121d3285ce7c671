"""Assertions of a green test that failed all the same, or that are not reached any more, as a traced run shows."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from tddbot.domain import NodeId, Result, Run, Target
from tddbot.parsing import Unparsable, parsed

_OWN_AFFAIR = re.compile(r"\b(?:AssertionError|failureException|fail\.Exception)\b")
_CONCURRENT = re.compile(
    r"\b(?:\w*[Tt]hread\w*|\w*Executor|create_task|ensure_future|gather|return_exceptions|TaskGroup|start_soon)\b"
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NOT_ALWAYS = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.ExceptHandler, ast.Match, ast.IfExp,
    ast.BoolOp, ast.comprehension, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
_CHECKS = ("assert", "raises", "warns", "fail", "expect")


def swallowed(target: Target, run: Run, texts: Mapping[str, str], is_test: Callable[[str], bool]) -> tuple[str, ...]:
    """Return why a traced run of a patch does not prove a target, although its tests are green; () where it does.

    `texts` are the test files by path; of a file without a text, and of a test that could not be watched, nothing is
    said. `is_test` tells whether what lies in a file is the tests' own.
    """
    trees = {path: tree for path, text in texts.items() if not isinstance(tree := parsed(text), Unparsable)}
    known = {path: text for path, text in texts.items() if path in trees}
    reasons = dict.fromkeys(_lost(target, run, known, trees, is_test))
    reasons |= dict.fromkeys(_unreached(target, run, known, trees))
    return tuple(reasons)


def _lost(
    target: Target, run: Run, texts: Mapping[str, str], trees: Mapping[str, ast.Module], is_test: Callable[[str], bool]
) -> Iterator[str]:
    """Assertions of tests that failed and were caught by what is no test."""
    for node in _green(target, run):
        for each in run.asserted.get(node, ()):
            if not is_test(each.path) or each.path not in texts or (each.by and is_test(each.by)):
                continue
            texts_of = (texts[each.path], texts.get(_file(node), ""))
            if any(_OWN_AFFAIR.search(text) or (not each.by and _CONCURRENT.search(text)) for text in texts_of):
                continue
            found = _statement(trees[each.path], each.line)
            if found is not None and not _is_constant(found[-1]):
                by = f"{each.by} swallowed it" if each.by else "nobody looked at it"
                yield f"an assertion of the test failed, and {by} ({each.path}:{each.line})"


def _unreached(target: Target, run: Run, texts: Mapping[str, str], trees: Mapping[str, ast.Module]) -> Iterator[str]:
    """Assertions in which tests failed, and which do not run any more, nor does any that did not run then."""
    for was in target.results:
        path = _file(was.node_id)
        if was.node_id not in run.asserted or path not in trees or not run.greens() >= {was.node_id}:
            continue
        ran = run.coverage.get(was.node_id, {}).get(path, frozenset())
        lines = _lines_in(was, path)
        found = _statement(trees[path], lines[-1]) if lines else None
        if not ran or found is None or not _is_certain(found) or _OWN_AFFAIR.search(texts[path]):
            continue
        if not any(_holds(found[-1], line) for line in ran) and not _asserts_more(trees[path], ran, lines[0]):
            yield f"{path}:{lines[-1]}, where the test failed, is not reached any more"


def _green(target: Target, run: Run) -> Iterator[NodeId]:
    """The tests of a target that passed; of a file that could not be collected these are all of it."""
    wanted = set(target.node_ids)
    yield from (node for node in run.asserted if node in run.greens() and {node, _file(node)} & wanted)


def _file(node: NodeId) -> str:
    return node.partition("::")[0]


def _lines_in(was: Result, path: str) -> list[int]:
    """The lines of the test's own file in which it failed, outermost first."""
    failure = was.failure
    if failure is None or failure.phase != "call":
        return []
    return [frame.line for frame in failure.frames if frame.path == path]


def _statement(tree: ast.Module, line: int) -> list[ast.AST] | None:
    """The innermost statement of a line that asserts, below all that it lies in."""
    way: list[ast.AST] = [tree]
    while True:
        inner = [each for each in ast.iter_child_nodes(way[-1]) if _holds(each, line)]
        if not inner:
            break
        way.append(inner[0])
    while way and not isinstance(way[-1], ast.stmt):
        way.pop()
    return way if way and _asserts(way[-1]) else None


def _holds(node: ast.AST, line: int) -> bool:
    if isinstance(node, ast.ExceptHandler | ast.stmt | ast.match_case):
        first = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
        last = node.body[-1].end_lineno if isinstance(node, ast.match_case) else node.end_lineno
        return first <= line <= (last or first)
    return False


def _asserts(node: ast.AST) -> bool:
    """Whether a statement is an assertion, or a call of unittest's or pytest's."""
    if isinstance(node, ast.Assert):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    call = call.value if isinstance(call, ast.Await) else call
    return isinstance(call, ast.Call) and _name(call.func).lower().startswith(_CHECKS)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_constant(node: ast.AST) -> bool:
    """Whether it fails whatever is the case, which is a way to raise some error."""
    return isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant)


def _is_certain(way: list[ast.AST]) -> bool:
    """Whether nothing that a right implementation may do keeps the statement from running, once its function does."""
    if _is_constant(way[-1]) or _name_of(way[-1]).lower().startswith("fail"):
        return False
    start = max((at for at, each in enumerate(way) if isinstance(each, _FUNCTIONS)), default=0)
    inner = way[start:]
    if any(isinstance(each, _NOT_ALWAYS) or _catches(each) for each in inner[:-1]):
        return False
    return not any(_leaves(each) for each in ast.walk(inner[0]) if getattr(each, "lineno", 0) < _line(way[-1]))


def _name_of(node: ast.AST) -> str:
    return _name(node.value.func) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else ""


def _catches(node: ast.AST) -> bool:
    """Whether it is a `with` of the test that is there to end what is raised."""
    if not isinstance(node, ast.With | ast.AsyncWith):
        return False
    calls = (each.context_expr for each in node.items)
    names = (_name(each.func if isinstance(each, ast.Call) else each) for each in calls)
    return any(re.search("(?i)raises|suppress|fail|skip|timeout", name) for name in names)


def _leaves(node: ast.AST) -> bool:
    return isinstance(node, ast.Return | ast.Raise)


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _asserts_more(tree: ast.Module, ran: frozenset[int], reached: int) -> bool:
    """Whether an assertion ran that did not when the test failed: any but those of its own up to that line."""
    own = next((each for each in _functions(tree) if _holds(each, reached)), None)
    checks = (each for each in ast.walk(tree) if isinstance(each, ast.stmt) and _is_check(each))
    ran_now = (each.lineno for each in checks if each.lineno in ran and not _is_constant(each))
    return any(own is None or not _holds(own, line) or line > reached for line in ran_now)


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def _is_check(node: ast.stmt) -> bool:
    """Whether a statement asserts, or is a `with` that does."""
    if isinstance(node, ast.With | ast.AsyncWith):
        return _catches(node)
    return _asserts(node)
