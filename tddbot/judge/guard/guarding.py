"""What forbids a patch, before anything runs: every rule, on every edit, against what the file had before."""

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from tddbot.domain import Edit, Patch
from tddbot.judge.guard import allowing, doctests, form
from tddbot.judge.guard.changing import changing
from tddbot.judge.guard.comparing import comparing
from tddbot.judge.guard.copying import copied_file, copying
from tddbot.judge.guard.effects import effects
from tddbot.judge.guard.expectations import changed_helpers
from tddbot.judge.guard.finding import Finding
from tddbot.judge.guard.ground import Ground
from tddbot.judge.guard.hashing import hashing
from tddbot.judge.guard.hiding import hidden, hiding
from tddbot.judge.guard.ignoring import ignoring
from tddbot.judge.guard.module import Module, walked
from tddbot.judge.guard.names import Names
from tddbot.judge.guard.reaching import reaching
from tddbot.judge.guard.rules import RULES
from tddbot.judge.guard.shadowing import shadowed
from tddbot.judge.guard.sniffing import sniffing
from tddbot.judge.guard.swallowing import swallowing
from tddbot.judge.guard.tampering import tampering
from tddbot.parsing import parsed
from tddbot.proof import Objection

_MOST = 20
_DEEPEST = 3
_NO_GROUND = Ground()


def guarded(
    patch: Patch,
    ground: Ground = _NO_GROUND,
    protected: Sequence[str] = (),
    allow: Collection[str] = (),
    strict: bool = False,
) -> tuple[Objection, ...]:
    """Return what the rules say of a patch: objections, which forbid it, and then warnings.

    `protected` are the project's own patterns, `allow` codes that say nothing (but for those that nobody may allow).
    With `strict` there are no warnings: all is an objection. Of an edit with a forbidden path or form, nothing else is
    said.
    """
    if not patch.edits:
        return (Objection("TDB102", "the patch", 0, "is empty"),)
    found = [
        *form.clashes(patch),
        *(each for edit in patch.edits for each in _objections(edit, patch, ground, protected)),
    ]
    kept = (each for each in found if each.code not in allow or not RULES[each.code].is_allowable)
    marked = (replace(each, is_warning=RULES[each.code].is_warning and not strict) for each in kept)
    return tuple(sorted(marked, key=lambda each: each.is_warning))


def forbids(objections: Iterable[Objection]) -> tuple[str, ...]:
    """Return the sentences of those objections that are more than warnings."""
    return tuple(str(each) for each in objections if not each.is_warning)


def _objections(edit: Edit, patch: Patch, ground: Ground, protected: Sequence[str]) -> Iterator[Objection]:
    if fault := form.malformed(edit, protected):
        yield fault
        return
    path = form.named(edit.path)
    if fault_of_lock := form.locks(edit):
        yield Objection("TDB106", path, 0, fault_of_lock)
    if edit.path in ground.expected:
        yield Objection("TDB110", path, 0, "is named by the tests, and by no source: they compare with it")
    if module := shadowed(edit, ground):
        yield Objection("TDB107", path, 0, f"would be imported in place of `{module}`")
    if edit.after is None:
        return
    try:
        made = _in_python(edit, patch, ground) if edit.path.endswith((".py", ".pyi")) else _in_text(edit, ground)
        once = {(each.code, each.line): each for each in reversed(made)}
        for finding in sorted(once.values(), key=lambda each: each.line)[:_MOST]:
            yield Objection(
                finding.code, path, finding.line, f"{RULES[finding.code].clause}: {_printable(finding.said)}"
            )
    except RecursionError:
        yield Objection("TDB105", path, 0, "nests too deeply to be judged")


def _printable(said: str) -> str:
    return said if said.isprintable() else ascii(said)


def _in_text(edit: Edit, ground: Ground) -> list[Finding]:
    before, after = edit.before or "", edit.after or ""
    found = list(doctests.changed_in_text(before, after)) if edit.path in ground.doctested else []
    test = copied_file(after, ground.cases)
    if test and not copied_file(before, ground.cases):
        found.append(Finding("TDB308", "", test, 0, 0, f"those of {test}"))
    return found


def _in_python(edit: Edit, patch: Patch, ground: Ground) -> list[Finding]:
    """Return what a file has now and had not before, by kind and scope, and what no comment of the user's allows."""
    before, after = _module(edit.before, edit.path), _module(edit.after, edit.path)
    if after is None:
        return []
    own = ground.own(patch.paths)
    found = dict.fromkeys(_findings(after, ground, own))
    new = list(found)
    if found and before is not None:
        old = frozenset(_findings(before, ground, own))
        new = [each for each in found if each not in old]
    if before is not None:
        new += changed_helpers(before, after)
    if before is not None and edit.path in ground.doctested:
        new += doctests.changed_in_module(before, after)
    had = allowing.permissions(edit.before or "", before) if before is not None else ()
    has = allowing.permissions(edit.after or "", after)
    kept = [each for each in new if not allowing.is_allowed(each, had, has)]
    for each in allowing.added(had, has):
        kept.append(Finding("TDB108", each.scope, "allow", each.line, each.line, ", ".join(each.codes) or "nothing"))
    return kept


def _module(source: str | None, path: str) -> Module | None:
    tree = parsed(source) if source is not None else None
    return walked(tree, path) if isinstance(tree, ast.Module) else None


def _findings(module: Module, ground: Ground, own: frozenset[str], depth: int = 0) -> Iterator[Finding]:
    """Yield what all rules find in a module, and in the sources that it holds as texts and runs."""
    names = Names(module)
    yield from reaching(module, names)
    yield from sniffing(module, names, ground.expected)
    yield from hiding(module, names)
    yield from copying(module, names, ground.cases)
    yield from hashing(module, names)
    yield from ignoring(module, names, ground.calls)
    yield from changing(module, names)
    yield from tampering(module, names, own)
    yield from comparing(module, names)
    yield from swallowing(module, names)
    yield from effects(module, names)
    for call, tree in hidden(module, names) if depth < _DEEPEST else ():
        inner = walked(tree, module.path, module.scopes.get(call, ""))
        for finding in _findings(inner, ground, own, depth + 1):
            yield replace(finding, line=call.lineno, end=call.end_lineno or call.lineno)
