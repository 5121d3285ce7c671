"""An answer's text to a patch, or to the reason why it is none, as a value. How blocks are written: `blocks.py`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tddbot.domain import Brief, Edit, Patch, Role
from tddbot.generator.blocks import Block, Replacement, Whole, read_blocks
from tddbot.generator.search import Miss, nearest, replaced
from tddbot.parsing import MOST_CHARACTERS, Unparsable, parsed
from tddbot.protection import protected_as
from tddbot.text import decode, line_ending, with_line_ending

Read = Callable[[str], bytes | None]
"""A file's content in the working tree, or None where there is none: `ports.Repository.read`."""

_PART = r"(?:code|lines?|parts?|files?|imports?|methods?|functions?|class(?:es)?|implementation)"
_ELISIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\s*(?:#|//|<!--)\s*(?:\.\.\.|…)\s*(?:$|\(?(?:the |your )?"
        r"(?:rest|existing|remaining|other|previous|unchanged|same|keep|omitted|code)\b)",
        r"^\s*(?:\.\.\.|…)\s*\(?(?:the )?"
        rf"(?:(?:rest|remainder) of\b|unchanged\b|(?:existing|remaining|other) {_PART}\b)",
        rf"^\s*(?:#|//)\s*\(?(?:the )?(?:rest|remainder|everything else|(?:existing|remaining|other) {_PART})\b"
        r".*\b(?:unchanged|same|as is|as before|here|remains?|stays?|omitted)\b",
        r"^\s*(?:#|//)\s*\(?(?:unchanged|same as (?:before|above)|no changes?|existing code|omitted)\)?\W*$",
    )
)
_DIAGNOSIS_CHARS = 600
_LARGEST = 2 * MOST_CHARACTERS


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer amounts to: a patch, or in words why it is none. `diagnosis` is the prose before the edits."""

    outcome: Patch | str
    diagnosis: str


class _FaultError(Exception):
    """Why the answer is no patch; never leaves this module."""


def parse(answer: str, brief: Brief, read: Read, protect: Sequence[str] = ()) -> Answer:
    """Return the patch in a model's answer: all of its files or, where one of them is at fault, none.

    `protect` are the project's own patterns of protected paths. No answer makes this raise.
    """
    if fault := _no_text(answer):
        return Answer(fault, "")
    reading = read_blocks(answer)
    diagnosis = reading.prose[:_DIAGNOSIS_CHARS]
    if reading.fault:
        return Answer(reading.fault, diagnosis)
    if not reading.blocks:
        return Answer(
            "The answer holds no edit: no fence is headed by a path, and there is no SEARCH block.", diagnosis
        )
    try:
        edits = [_edit(path, reading.blocks, brief, read, protect) for path in _paths(reading.blocks)]
    except _FaultError as fault:
        return Answer(str(fault), diagnosis)
    changed = tuple(edit for edit in edits if edit.before != edit.after)
    return Answer(Patch(changed) if changed else "The edits change nothing: the files are already so.", diagnosis)


def _no_text(answer: str) -> str | None:
    """Say why nobody can take these characters as a name or a file, or None."""
    try:
        answer.encode()
    except UnicodeEncodeError as error:
        return f"The answer is no text: it holds {answer[error.start]!a}, which no file can."
    return None


def _paths(blocks: Sequence[Block]) -> list[str]:
    return list(dict.fromkeys(block.path for block in blocks))


def _edit(path: str, blocks: Sequence[Block], brief: Brief, read: Read, protect: Sequence[str]) -> Edit:
    """Return the edit of one path, or raise with the fault."""
    if kind := protected_as(path, protect) or _test_by_role(path, brief):
        raise _FaultError(f"{path!r} is {kind} and must not be changed.")
    before, shown, encoding = _existing(path, brief, read)
    own = [block for block in blocks if block.path == path]
    wholes = [block for block in own if isinstance(block, Whole)]
    if wholes and len(own) > 1:
        raise _FaultError(f"{path} is edited as a whole file and a second time; give one of them.")
    if wholes:
        after = _whole(wholes[0], before, shown)
    else:
        after = _replacements(path, [block for block in own if isinstance(block, Replacement)], before, shown)
    edit = Edit(path, before, after, encoding)
    if fault := _content_fault(edit):
        raise _FaultError(f"{path}: {fault}")
    return edit


def _test_by_role(path: str, brief: Brief) -> str | None:
    roles = {excerpt.role for excerpt in brief.excerpts if excerpt.path == path}
    return "a test" if roles & {Role.TEST, Role.CONFTEST} else None


def _existing(path: str, brief: Brief, read: Read) -> tuple[str | None, str | None, str]:
    """Return the file's text or None, the text that the model was shown or None, and the encoding.

    The two differ where something secret was taken out of what was shown.
    """
    excerpt = next((excerpt for excerpt in brief.sources() if excerpt.path == path), None)
    shown = excerpt.text if excerpt else None
    data = read(path)
    if data is None:
        return shown, shown, excerpt.encoding if excerpt else "utf-8"
    if len(data) > _LARGEST:
        raise _FaultError(f"{path} has {len(data)} bytes; only files of at most {_LARGEST} are edited.")
    decoded = decode(data)
    if decoded is None:
        raise _FaultError(f"{path} exists and is not text, so it cannot be edited.")
    return decoded[0], shown, decoded[1]


def _whole(block: Whole, before: str | None, shown: str | None) -> str:
    if before is None:
        return block.text
    if shown != before:
        raise _FaultError(
            f"{block.path} exists and you have not been shown all of it, so it must not be replaced as a whole. "
            "Use SEARCH/REPLACE blocks."
        )
    return with_line_ending(block.text, line_ending(before))


def _replacements(path: str, blocks: Sequence[Replacement], before: str | None, shown: str | None) -> str:
    text = before
    for block in blocks:
        text = _created(block) if text is None or not text.strip() else _replaced(path, block, text, shown)
    return text or ""


def _created(block: Replacement) -> str:
    """Return the text of a file that SEARCH/REPLACE makes anew, which an empty SEARCH alone may do."""
    split = block.splits[0]
    if any(line.strip() for line in block.lines[:split]):
        raise _FaultError(
            f"{block.path} is empty or does not exist, so a SEARCH cannot match. Give it as a whole file."
        )
    return "".join(line + "\n" for line in block.lines[split + 1 :])


def _replaced(path: str, block: Replacement, text: str, shown: str | None) -> str:
    tried = [replaced(text, block.lines[:split], block.lines[split + 1 :]) for split in block.splits if split > 0]
    fits = [result for result in tried if isinstance(result, str)]
    if len(fits) > 1 and path.endswith(".py"):
        fits = [result for result in fits if _syntax_fault(result) is None] or fits
    if len(fits) == 1:
        return fits[0]
    search = block.lines[: block.splits[0]]
    if not any(line.strip() for line in search):
        raise _FaultError(f"A SEARCH in {path} is empty, but the file is not.")
    misses = [result for result in tried if isinstance(result, Miss) and result.lines]
    places = misses[0].lines if misses else ()
    raise _FaultError(_miss(path, search, places, shown, ambiguous=len(fits) > 1))


def _miss(path: str, search: Sequence[str], places: Sequence[int], shown: str | None, ambiguous: bool) -> str:
    if ambiguous:
        return f"A SEARCH block in {path} has several `=======` lines and fits in several ways. Make it smaller."
    quoted = "\n".join(search[:12])
    if places:
        where = ", ".join(map(str, places[:5]))
        said = (
            f"This SEARCH matches {len(places)} places in {path} (lines {where}); it must match exactly one:\n{quoted}"
        )
    else:
        said = f"This SEARCH matches nothing in {path}:\n{quoted}"
    near = nearest(shown, search) if shown is not None and not places else ""
    return f"{said}\nThe nearest lines are:\n{near}" if near else said


def _content_fault(edit: Edit) -> str | None:
    """Say what is wrong with a file's new text, or return None."""
    after = edit.after or ""
    if len(after) > _LARGEST:
        return f"the result has {len(after)} characters; at most {_LARGEST} are allowed."
    kept = set((edit.before or "").splitlines())
    for line in after.splitlines():
        if line not in kept and any(pattern.search(line) for pattern in _ELISIONS):
            return f"the line {line.strip()!r} stands for code that was left out. Give all of the code."
    try:
        data = after.encode(edit.encoding)
    except UnicodeEncodeError as error:
        return f"the character {after[error.start]!r} cannot be written in the file's encoding, {edit.encoding}."
    if after and decode(data) != (after, edit.encoding):
        return f"the new text is not text in the file's encoding, {edit.encoding}."
    return _syntax_fault(after) if edit.path.endswith(".py") else None


def _syntax_fault(source: str) -> str | None:
    found = parsed(source)
    if not isinstance(found, Unparsable):
        return None
    place = f" (line {found.line}: {found.text})" if found.line else ""
    return f"the result {found.reason}{place}."
