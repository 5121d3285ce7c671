"""The skeleton of a test that would notice a change: ready to paste, with what the patch answers today."""

import ast
import builtins
import re
from collections.abc import Collection

from tddbot.judge.unpinned.unpinned import Survivor, words
from tddbot.lab import Answer
from tddbot.ties.contest import Split
from tddbot.ties.manners import same_by_equality
from tddbot.ties.pasted import pasted

_LONGEST_LINE = 110
_LONGEST_ANSWER = 40
_LONGEST_NAME = 30


def skeleton(survivor: Survivor, test: str, taken: Collection[str] = ()) -> str:
    """Return a test for a file with the text `test`, or "" where it is not known what to call.

    Where no input is known that shows the change, it is left open what to call with and what to expect. `taken` are
    names of tests that are not in the file yet.
    """
    if not survivor.function:
        return ""
    body, imports = _open(survivor, test) if survivor.split is None else _closed(survivor, survivor.split, test)
    name = _name(survivor, {*taken, *re.findall(r"def (\w+)", test)})
    head = "\n".join([*imports, "", "", ""]) if imports else ""
    lines = "\n    ".join(body.splitlines())
    return f"{head}def {name}():\n    {lines}"


def name_of(skeleton: str) -> str:
    """Return the name of the test in a skeleton, or ""."""
    found = re.search(r"^def (\w+)", skeleton, re.MULTILINE)
    return found[1] if found else ""


def _open(survivor: Survivor, test: str) -> tuple[str, tuple[str, ...]]:
    owner, _, name = survivor.function.rpartition(".")
    call = f"{owner}(...).{name}(...)" if owner else f"{name}(...)"
    shown, imports = pasted(call, survivor.path, test)
    return f"# to fail if {words(survivor)}\nassert {shown} == ...", imports


def _closed(survivor: Survivor, split: Split, test: str) -> tuple[str, tuple[str, ...]]:
    answer, other = split.answers[survivor.patch_id], split.answers[survivor.mutant.id]
    call, imports = pasted(split.call, split.path, test)
    if answer.raised:
        exception, more = _exception(answer.text, survivor, test)
        answer, imports = Answer(exception, raised=True), tuple(dict.fromkeys((*imports, *more)))
    lines = split.manner.lines(call, answer, same_by_equality(answer, other))
    modules = (f"import {each}" for each in ("asyncio", "pytest") if f"{each}." in lines and not _imports(each, test))
    return _remarked(lines, f"# {_said(other)} if {words(survivor)}"), (*modules, *imports)


def _remarked(lines: str, remark: str) -> str:
    """Put a remark behind the last line, or before them all where that would be too long."""
    last = lines.rpartition("\n")[2]
    return f"{lines}  {remark}" if len(last) + len(remark) <= _LONGEST_LINE else f"{remark}\n{lines}"


def _said(answer: Answer) -> str:
    text = answer.text if len(answer.text) <= _LONGEST_ANSWER else f"{answer.text[: _LONGEST_ANSWER - 1]}…"
    return f"raises {text}" if answer.raised else text if answer.plain else f"a {text}"


def _exception(name: str, survivor: Survivor, test: str) -> tuple[str, tuple[str, ...]]:
    """Return an exception as the test file names it, where the module knows it, with what is to be imported."""
    if hasattr(builtins, name):
        return name, ()
    is_known = name.isidentifier() and re.search(rf"\b{name}\b", survivor.source)
    return pasted(name, survivor.path, test) if is_known else ("Exception", ())


def _imports(module: str, test: str) -> bool:
    return re.search(rf"^import (?:.*\b)?{module}\b", test, re.MULTILINE) is not None


def _name(survivor: Survivor, taken: Collection[str]) -> str:
    name = re.sub(r"\W+", "_", survivor.function.rpartition(".")[2]).strip("_").lower()
    given = _given(survivor.split.call) if survivor.split else ""
    whole = f"test_{name}_of_{given}" if given else f"test_{name}"
    numbered = (f"{whole}_{number}" for number in range(2, 1000))
    return next((each for each in (whole, *numbered) if each not in taken), whole)


def _given(call: str) -> str:
    """Return the arguments of a call as a part of a name, or ""."""
    node = ast.parse(call, mode="eval").body
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return ""
    text = ", ".join(map(ast.unparse, [*node.args, *(keyword.value for keyword in node.keywords)]))
    plain = re.sub(r"(?<!\w)-(?=\d)", "minus_", re.sub(r"''|\[\]|\{\}|\(\)", "empty", text))
    return re.sub(r"[^0-9a-zA-Z]+", "_", plain)[:_LONGEST_NAME].strip("_").lower()
