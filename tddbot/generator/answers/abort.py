"""Answers that are no edits: two tests that contradict each other, or files that the model has to see first. Pure.

    tests-contradict                        need-file src/package/other.py
    - tests/test_a.py::test_one             need-file src/package/more.py
    - tests/test_a.py::test_two[a b]
    why both cannot pass

Tolerated, since models write them: backticks, bold and quotes, bullets and numbers, headings, a colon or a full stop
at the end, blank lines, and several paths in a `need-file` line with commas between them.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tddbot.domain import Brief, NodeId, Role
from tddbot.protection import path_fault

MOST_FILES = 3
"""How many files one answer may ask for; further ones are passed over."""

_LONGEST_LINE = 1_000
_LONGEST_REASON = 600
_BULLET = re.compile(r"^\s*(?:>\s*)?(?:#{1,6}\s+|(?:[-*+•]|\d{1,2}[.)])\s+)?")
_MARKS = "`*\"'"
_ENDS = ".,;:"
_NEED = re.compile(r"^[`*\"']{0,3}need-file(?![\w-])[`*\"':]{0,4}\s+(?P<rest>\S.*)$", re.IGNORECASE)
_QUOTED = re.compile(r"\s*(?:\*\*)?(?:`([^`]+)`|\"([^\"]+)\"|'([^']+)')(?:\*\*)?")
_BARE = re.compile(r"\s*([^\s,;]+)")
_NEXT = re.compile(r"\s*(?:,(?:\s*and\b)?|;|and\b)")
_NODE = re.compile(r"^[^\s:][^:]*::.*\w")
_NAME = re.compile(r"(?:\w+::)*+(\w+)(?:\[.*\])?")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two tests of which the model says that no implementation can satisfy both."""

    first: NodeId
    second: NodeId
    reason: str


@dataclass(frozen=True, slots=True)
class Needs:
    """Files that the model asks to see before it answers: one to three normal paths, of which none is shown."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vain:
    """An answer of this kind that cannot be taken as it is, and why. Edits beside a wish for files still stand."""

    reason: str
    is_wish: bool = False


def read_abort(lines: Sequence[str], brief: Brief) -> Contradiction | Needs | Vain | None:
    """Return what the lines of an answer outside of its edits ask for instead of edits, or None where it is nothing.

    A wish for files goes before a contradiction: who has not seen everything cannot be sure of the latter.
    """
    bare = [_BULLET.sub("", line[:_LONGEST_LINE]).strip() for line in lines]
    if wanted := [path for line in bare for path in _needed(line)]:
        return _needs(wanted, brief)
    at = next((index for index, line in enumerate(bare) if _is_contradiction(line)), None)
    return None if at is None else _contradiction(bare[:at], bare[at + 1 :], brief)


def _is_contradiction(line: str) -> bool:
    return line.strip(_MARKS + _ENDS).lower() == "tests-contradict"


def _needed(line: str) -> Iterator[str]:
    """Yield the paths of a `need-file` line, without what is said after them."""
    found = _NEED.match(line)
    rest = found["rest"] if found else ""
    while match := _QUOTED.match(rest) or _BARE.match(rest):
        path = next(filter(None, match.groups()))
        yield path if _QUOTED.match(rest) else _plain(path)
        rest = rest[match.end() :]
        more = _NEXT.match(rest)
        if not more:
            return
        rest = rest[more.end() :]


def _needs(wanted: Sequence[str], brief: Brief) -> Needs | Vain:
    normal = list(dict.fromkeys(posixpath.normpath(path) for path in wanted if path))
    for path in normal:
        if fault := path_fault(path) or (None if path.isprintable() else "holds characters that no path has"):
            return Vain(f"The file {path[:200]!r} cannot be shown: the path {fault}.", is_wish=True)
    roles = {excerpt.path: excerpt.role for excerpt in brief.excerpts if excerpt.role not in _IN_PART}
    if unseen := [path for path in normal if path not in roles]:
        return Needs(tuple(unseen[:MOST_FILES]))
    if not normal:
        return Vain("A need-file line names no path.", is_wish=True)
    if roles[normal[0]] is Role.MISSING:
        return Vain(f"{normal[0]} cannot be shown: it does not exist yet, and you are to create it.", is_wish=True)
    return Vain(f"{normal[0]} is shown already: you have all of it that there is to see.", is_wish=True)


_IN_PART = (Role.SIGNATURES, Role.MAP)


def _contradiction(before: Sequence[str], after: Sequence[str], brief: Brief) -> Contradiction | Vain:
    said = [line for line in after if line]
    count = next((index for index, line in enumerate(said) if not _names_test(line, index, brief)), len(said))
    if count != 2:
        return Vain(
            f"tests-contradict is followed by {count} node IDs. Name exactly two tests, each in a line `- NODE_ID`, "
            "and say in a line after them why no implementation can satisfy both."
        )
    nodes = [_known(line, brief) for line in said[:2]]
    for line, node in zip(said, nodes, strict=False):
        if node is None:
            return Vain(f"{_plain(line)[:200]!r} is none of the tests that you are shown. Give two of their node IDs.")
    first, second = (node or "" for node in nodes)
    if first == second:
        return Vain("A test cannot contradict itself: tests-contradict names the same test twice.")
    if not any(_is_red(node, brief) for node in (first, second)):
        return Vain("Neither of the two tests is one of those that are to become green.")
    reason = " ".join(said[2:]) or " ".join(filter(None, before))
    return Contradiction(first, second, reason[:_LONGEST_REASON]) if reason else Vain("tests-contradict has no reason.")


def _names_test(line: str, index: int, brief: Brief) -> bool:
    """Whether a line is one of the node IDs; from the third on it must be one as a whole, since reasons name tests."""
    node = _plain(line)
    return bool(_NODE.match(node)) and (index < 2 or _is_red(node, brief) or _is_shown(node, brief))


def _plain(line: str) -> str:
    return line.strip(_MARKS).rstrip(_ENDS).strip(_MARKS)


def _known(line: str, brief: Brief) -> NodeId | None:
    """Return the node ID in a line, in the first reading of it in which the brief has such a test."""
    quoted = _QUOTED.match(line)
    readings = [
        line,
        _plain(line),
        next(filter(None, quoted.groups())) if quoted else "",
        _plain(line.partition(" ")[0]),
    ]
    return next((node for node in readings if node and (_is_red(node, brief) or _is_shown(node, brief))), None)


def _is_red(node: NodeId, brief: Brief) -> bool:
    """Whether it is a test of the target, or one of which some parameters are."""
    return any(red == node or red.startswith(f"{node}[") for red in brief.target.node_ids)


def _is_shown(node: NodeId, brief: Brief) -> bool:
    """Whether the test stands in a file of tests that is shown; one that is inherited may stand in another of them."""
    path, _, name = node.partition("::")
    shape = _NAME.fullmatch(name)
    texts = {excerpt.path: excerpt.text for excerpt in brief.excerpts if excerpt.role in (Role.TEST, Role.SIBLING)}
    if path not in texts or not shape:
        return False
    word = re.compile(rf"\b{shape[1]}\b")
    return any(word.search(text) for text in texts.values())
