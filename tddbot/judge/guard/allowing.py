"""What the user allows: codes in the configuration, and comments such as `# tddbot: allow TDB305`."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tddbot.judge.guard.finding import Finding
from tddbot.judge.guard.module import Module
from tddbot.judge.guard.rules import RULES

_COMMENT = re.compile(r"#.*?\btddbot:\s*allow\b(?P<codes>[\sA-Z0-9,]*)", re.IGNORECASE)
_CODE = re.compile(r"TDB\d{3}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Permission:
    """A comment: its codes and its scope, and whether it stands beside a `def` or `class` and holds for all of that."""

    scope: str
    codes: tuple[str, ...]
    line: int
    is_whole: bool


def wrong_code(code: str) -> tuple[str, str] | None:
    """Return what is wrong with a code that is to be allowed, with a hint or ""; None where it may be."""
    if code not in RULES:
        meant = (rule.code for rule in RULES.values() if code.lower() in (rule.code.lower(), rule.name))
        all_of_them = "the code stands at the end of an objection, as in (TDB504); docs/guard.md has them all"
        near = next(meant, "")
        return f"'{code}' is no code of the guard", f"did you mean '{near}'?" if near else all_of_them
    if not RULES[code].is_allowable:
        return f"{code} ({RULES[code].name}) cannot be allowed", ""
    return None


def permissions(source: str, module: Module) -> tuple[Permission, ...]:
    """Return the comments of a source that allow something; none where it cannot be read."""
    if "tddbot" not in source.lower():
        return ()
    return tuple(_placed(line, codes, module) for line, codes in _comments(source))


def _comments(source: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            match = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
            if match:
                yield token.start[0], tuple(sorted(code.upper() for code in _CODE.findall(match["codes"])))
    except (tokenize.TokenError, SyntaxError):
        return


def _placed(line: int, codes: tuple[str, ...], module: Module) -> Permission:
    scope, size, is_whole = "", float("inf"), False
    for node in (*module.functions(), *module.every(ast.ClassDef)):
        start = min((each.lineno for each in node.decorator_list), default=node.lineno)
        end = node.end_lineno or node.lineno
        if start <= line <= end and end - start < size:
            scope, size = module.scopes[node], end - start
            is_whole = node.lineno <= line < max(node.body[0].lineno, node.lineno + 1)
    return Permission(scope, codes, line, is_whole)


def added(before: tuple[Permission, ...], after: tuple[Permission, ...]) -> list[Permission]:
    """Return the comments that a patch adds, moves to another scope, or has allow more."""
    left = Counter((each.scope, each.codes, each.is_whole) for each in before)
    new = []
    for each in after:
        key = (each.scope, each.codes, each.is_whole)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(each)
    return new


def is_allowed(finding: Finding, before: tuple[Permission, ...], after: tuple[Permission, ...]) -> bool:
    """Whether a comment that stood there before holds for a finding.

    One beside a definition holds for all within. Another holds for its line, and so has to be there yet, and to have
    been in the same scope.
    """
    for each in before:
        if finding.code not in each.codes:
            continue
        if each.is_whole and (finding.scope == each.scope or finding.scope.startswith(f"{each.scope}.")):
            return True
        if not each.is_whole and each.scope == finding.scope:
            stays = (now for now in after if not now.is_whole and now.scope == each.scope and finding.code in now.codes)
            if any(finding.line <= now.line <= max(finding.line, finding.end) for now in stays):
                return True
    return False
