"""What a file's new text must be: whole, in its encoding, Python, and with the public names that it had."""

import re

from tddbot.domain import Edit
from tddbot.generator.answers.faults import FaultError
from tddbot.generator.answers.names import lost
from tddbot.parsing import MOST_CHARACTERS, Unparsable, parsed
from tddbot.text import decode

LARGEST = 2 * MOST_CHARACTERS
"""The most bytes of a file that is edited, and characters of what comes of it."""

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


def refuse_content(edit: Edit) -> None:
    """Raise FaultError with what is wrong with a file's new text."""
    after = edit.after or ""
    if len(after) > LARGEST:
        raise FaultError(f"{edit.path}: the result has {len(after)} characters; at most {LARGEST} are allowed.")
    if (edit.before or "").strip() and not after.strip():
        raise FaultError(f"{edit.path} would be left empty, and no file may be deleted. Keep what it holds.", True)
    if fault := _elision(edit) or _unwritable(after, edit.encoding):
        raise FaultError(f"{edit.path}: {fault}")
    if edit.path.endswith(".py"):
        _refuse_source(edit, after)


def _elision(edit: Edit) -> str | None:
    kept = set((edit.before or "").splitlines())
    for line in (edit.after or "").splitlines():
        if line not in kept and any(pattern.search(line) for pattern in _ELISIONS):
            return f"the line {line.strip()!r} stands for code that was left out. Give all of the code."
    return None


def _unwritable(text: str, encoding: str) -> str | None:
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError as error:
        return f"the character {text[error.start]!r} cannot be written in the file's encoding, {encoding}."
    if text and decode(data) != (text, encoding):
        return f"the new text is not text in the file's encoding, {encoding}."
    return None


def _refuse_source(edit: Edit, after: str) -> None:
    tree = parsed(after)
    if isinstance(tree, Unparsable):
        raise FaultError(f"{edit.path}: {_syntax(tree)}")
    if names := lost(edit.before or "", tree, edit.path):
        shown = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
        raise FaultError(
            f"{edit.path} would lose public names that others may use: {shown}. Keep them; what moves to another "
            "module is imported back.",
            is_policy=True,
        )


def _syntax(found: Unparsable) -> str:
    place = f" (line {found.line}: {found.text})" if found.line else ""
    return f"the result {found.reason}{place}."
