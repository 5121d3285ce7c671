"""Answers that are copied from the tests: tables and branches of their cases, plain or encoded, and data files."""

import ast
import base64
import binascii
import codecs
import re
from collections.abc import Collection, Iterable, Iterator

from tddbot.judge.guard.branches import branches
from tddbot.judge.guard.cases import TRIVIAL, Cases, Literals, atom
from tddbot.judge.guard.finding import Finding, found
from tddbot.judge.guard.module import Module, docstring_of
from tddbot.judge.guard.names import Names
from tddbot.judge.guard.rows import Row, flat, members, rows_of_text, tables

_FEWEST = 2
_COPIED = 3
_PECULIAR = 22
_SPECIFIC = 14
_SPECIFIC_ALONE = 6
_ENCODED = 4
_DECODING = frozenset({
    "b64decode", "b32decode", "b16decode", "b85decode", "a85decode", "unhexlify", "fromhex", "chr", "bytes",
    "bytearray", "urlsafe_b64decode", "decode", "map", "to_bytes", "reversed", "translate", "decompress",
})  # fmt: skip


def copying(module: Module, names: Names, known: Collection[Cases]) -> Iterator[Finding]:
    """Yield tables, branches and encoded values of a module that answer with the cases of the tests."""
    if not known:
        return
    universe = frozenset(literal for each in known for row in each.rows for literal in row) - TRIVIAL
    for table in tables(module, names):
        if test := copied(table.rows, known):
            yield found(module, "TDB301", table.node, _digest(table.rows), f"those of {test}")
    yield from _members(module, names, known)
    yield from _special(module, names, known)
    yield from _encoded(module, names, universe)


def _digest(rows: Iterable[Row]) -> str:
    return "|".join(sorted("&".join(sorted(row.every)) for row in rows))


def copied(rows: Collection[Row], known: Iterable[Cases]) -> str | None:
    """Return the test whose cases a table holds, all but one at most, and hardly anything else; else None.

    A row whose key stands in a case with another answer belongs to a rule that goes on from it: that is no copy.
    """
    if len(rows) < _FEWEST:
        return None
    for each in known:
        if len(each.rows) < _FEWEST:
            continue
        hit = {case for case in each.rows for row in rows if _answers(row, case)}
        strange = [row for row in rows if not any(_answers(row, case) for case in each.rows)]
        is_enough = len(hit) >= max(_FEWEST, len(each.rows) - 1)
        if is_enough and 4 * len(strange) <= len(rows) and not _is_rule(rows, each.rows - hit):
            return each.test
        if not strange and len(hit) >= _COPIED and _are_copies(rows, each.rows):
            return each.test
    return None


def _answers(row: Row, case: Literals) -> bool:
    """Whether a row has nothing but what is in a case; one of several keys and answers may answer several cases."""
    return row.every <= case or (
        len(row.key) > 1 and len(row.every) > 3 and bool(case - TRIVIAL) and case - TRIVIAL <= row.every
    )


def _are_copies(rows: Collection[Row], known: Collection[Literals]) -> bool:
    """Whether rows have all of a case each, and are as peculiar together as nobody would write by chance."""
    whole = all(any(row.every <= case and case - TRIVIAL <= row.every for case in known) for row in rows)
    return whole and sum(_weight(row.every) for row in rows) >= _PECULIAR


def _is_rule(rows: Collection[Row], missed: Iterable[Literals]) -> bool:
    return any(row.key - TRIVIAL and row.key <= case and not row.every <= case for case in missed for row in rows)


def _members(module: Module, names: Names, known: Collection[Cases]) -> Iterator[Finding]:
    """Collections of the numbers that the tests ask about, all of them, and of hardly any other."""
    for values, node in members(module, names):
        numbers = frozenset(each for each in values if re.fullmatch(r"-?[\d.]+", each))
        for each in known:
            asked = [row - TRIVIAL for row in each.rows if len(row - TRIVIAL) == 1]
            missed = [row for row in asked if not row <= numbers]
            is_all = (
                len(asked) >= _COPIED
                and len(missed) <= 1
                and 4 * len(numbers - frozenset().union(*asked)) <= len(numbers)
            )
            if is_all and _weight(numbers) >= _SPECIFIC:
                yield found(module, "TDB301", node, ",".join(sorted(numbers)), f"those of {each.test}")
                break


def _special(module: Module, names: Names, known: Collection[Cases]) -> Iterator[Finding]:
    """One case that is answered by itself, where it is too peculiar for a rule to have it as an exception."""
    every = {case for each in known for case in each.rows}
    least = _SPECIFIC_ALONE if len(every) == 1 else _SPECIFIC
    for function in module.functions():
        for branch in branches(function, names):
            row = branch.key | branch.given
            weights = _weight(branch.key), _weight(branch.given)
            if min(weights) >= 3 and sum(weights) >= least and any(row <= case for case in every):
                yield found(
                    module, "TDB302", branch.node, _digest([Row(branch.key, row)]), f"`{', '.join(sorted(row))[:60]}`"
                )


def _weight(found_: Literals) -> int:
    """How peculiar literals are: characters of texts, digits of numbers without zeros at the end, and their count."""
    peculiar = found_ - TRIVIAL
    digits = (
        len(each.rstrip("0.").replace("-", "")) if re.fullmatch(r"-?[\d.]+", each) else len(each) for each in peculiar
    )
    return sum(digits) + max(0, len(peculiar) - 1)


def _encoded(module: Module, names: Names, universe: Literals) -> Iterator[Finding]:
    """Literals of the tests that are spelled so that nobody finds them."""
    peculiar = {each for each in universe if len(each) >= _ENCODED}
    documented = {docstring_of(node) for node in (module.tree, *module.functions(), *module.every(ast.ClassDef))}
    for constant in module.every(ast.Constant):
        if (
            isinstance(constant.value, str | bytes)
            and constant not in documented
            and atom(constant.value) not in universe
        ):
            for text in decoded(atom(constant.value)):
                if text in peculiar or (len(text) >= _ENCODED and copied_text(text, universe)):
                    yield found(module, "TDB303", constant, atom(constant.value)[:60])
                    break
    spelled: list[ast.Call | ast.Subscript] = [*module.every(ast.Call), *module.every(ast.Subscript)]
    for made in spelled:
        if _decodes(made, names):
            value = names.value(made)
            if isinstance(value, str | bytes | list | tuple | dict) and any(each in peculiar for each in flat(value)):
                yield found(module, "TDB303", made, ast.unparse(made)[:60])


def _decodes(made: ast.Call | ast.Subscript, names: Names) -> bool:
    if isinstance(made, ast.Subscript):
        step = made.slice.step if isinstance(made.slice, ast.Slice) else None
        return step is not None and names.value(step) == -1 and names.text(made.value) is not None
    called = {
        getattr(each.func, "attr", getattr(each.func, "id", ""))
        for each in ast.walk(made)
        if isinstance(each, ast.Call)
    }
    return bool(called & _DECODING)


def copied_text(text: str, universe: Literals) -> bool:
    """Whether a decoded text is made of the tests' literals."""
    words = [each for each in re.split(r"[\s:=>|,;{}\[\]()'\"]+", text) if each]
    return len(words) > 2 and all(each in universe or each in TRIVIAL for each in words)


def decoded(text: str) -> Iterator[str]:
    """Yield what a text says when it is decoded in one of the usual ways, or read backwards."""
    if not _ENCODED <= len(text) <= 20_000:
        return
    yield text[::-1]
    yield codecs.encode(text, "rot13")
    for decode in (base64.b64decode, binascii.unhexlify, base64.b32decode):
        try:
            yield decode(text.encode("ascii")).decode("utf-8")
        except (ValueError, binascii.Error):
            continue


def copied_file(text: str, known: Collection[Cases]) -> str | None:
    """Return the test whose cases a data file holds and hardly anything else, or None."""
    for readable in (text, *decoded(text.strip())):
        for rows in rows_of_text(readable):
            if test := copied(frozenset(rows), known):
                return test
    return None
