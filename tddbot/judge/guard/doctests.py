"""Examples in docstrings and texts that are tests, too: what they expect is not a patch's to change."""

import ast
import re
from collections.abc import Iterator

from tddbot.judge.guard.cases import Call, Cases, called, literals
from tddbot.judge.guard.finding import Finding
from tddbot.judge.guard.module import Module, docstring_of
from tddbot.parsing import parsed

_EXAMPLE = re.compile(
    r"""
    ^(?P<indent>[ ]*)>>>[ ]?(?P<source>.*(?:\n[ ]*\.\.\.(?:[ ].*)?)*)
    (?P<want>(?:\n(?![ ]*$)(?![ ]*>>>).+)*)
    """,
    re.MULTILINE | re.VERBOSE,
)


def changed_in_module(before: Module, after: Module) -> Iterator[Finding]:
    """Yield the docstrings of a module whose examples expect something else than before, or are gone."""
    old = _documents(before)
    new = _documents(after)
    for scope, (text, _) in old.items():
        now, line = new.get(scope, ("", 0))
        if scope in new and (example := _lost(text, now)):
            yield Finding("TDB109", scope, example, line, line, f"`{example}`")


def changed_in_text(before: str, after: str) -> Iterator[Finding]:
    """Yield the same for a text, as a whole."""
    if example := _lost(before, after):
        yield Finding("TDB109", "", example, 0, 0, f"`{example}`")


def cases_of(text: str) -> tuple[Cases, ...]:
    """Return the examples of a source or text as the cases of one test, with what they expect."""
    rows = frozenset(literals([example]) for example in _assertions(text))
    return (Cases("the examples", rows),) if rows else ()


def calls_of(text: str) -> tuple[Call, ...]:
    """Return the calls that the examples of a source or text make, with what they expect of them."""
    return tuple(call for example in _assertions(text) for node in ast.walk(example) for call in called(node, {}))


def _assertions(text: str) -> Iterator[ast.Assert]:
    """Yield those examples that expect a value as what they are: a comparison with it."""
    for match in _EXAMPLE.finditer(text) if ">>>" in text else ():
        asked, want = _expression(match["source"]), _expression(match["want"])
        if asked is not None and want is not None:
            yield ast.Assert(ast.Compare(asked, [ast.Eq()], [want]))


def _expression(text: str) -> ast.expr | None:
    tree = parsed(text.strip())
    statement = tree.body[0] if isinstance(tree, ast.Module) and len(tree.body) == 1 else None
    return statement.value if isinstance(statement, ast.Expr) else None


def _documents(module: Module) -> dict[str, tuple[str, int]]:
    """Return the docstring of each scope that is left, with its line; a scope without one has the empty text."""
    found: dict[str, tuple[str, int]] = {}
    for node in (module.tree, *module.every(ast.ClassDef), *module.functions()):
        text = docstring_of(node)
        value = text.value if text else ""
        found.setdefault(module.scopes[node], (value if isinstance(value, str) else "", getattr(node, "lineno", 1)))
    return found


def _lost(before: str, after: str) -> str:
    """Return the first example of a text that expects something else in another, or is not there, or ""."""
    if ">>>" not in before:
        return ""
    now = _examples(after)
    return next((source[:60] for source, want in _examples(before) if (source, want) not in now), "")


def _examples(text: str) -> list[tuple[str, str]]:
    return [
        (
            match["source"].strip().partition("\n")[0],
            "\n".join(line.strip() for line in match["want"].split("\n")).strip(),
        )
        for match in _EXAMPLE.finditer(text)
    ]
