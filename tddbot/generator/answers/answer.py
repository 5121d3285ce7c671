"""An answer's text to a patch, or to what it is instead, as a value. How blocks are written: `blocks.py`."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from tddbot.domain import Brief, Edit, Patch, Role
from tddbot.generator.answers.abort import Contradiction, Needs, Vain, read_abort
from tddbot.generator.answers.blocks import Block, Reading, Replacement, Whole, read_blocks
from tddbot.generator.answers.content import LARGEST, refuse_content
from tddbot.generator.answers.faults import Fault, FaultError
from tddbot.generator.answers.search import Miss, nearest, replaced
from tddbot.parsing import Unparsable, parsed
from tddbot.protection import protected_as
from tddbot.text import decode, line_ending, with_line_ending

Read = Callable[[str], bytes | None]
"""A file's content in the working tree, or None where there is none: `ports.Repository.read`."""

_DIAGNOSIS_CHARS = 600
_NO_EDIT = "The answer holds no edit: no fence is headed by a path, and there is no SEARCH block."
_LONGEST_PATH = 800
_LONGEST_NAME = 200
"""In bytes; file systems take 255, and tddbot's own temporary names need some of them."""
_MOST_BLOCKS = 200
_MOST_SPLITS = 10
_MOST_FAULTS = 3


Outcome = Patch | Contradiction | Needs | Fault


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer amounts to. `diagnosis` is the prose before the edits."""

    outcome: Outcome
    diagnosis: str


def parse(answer: str, brief: Brief, read: Read, protect: Sequence[str] = ()) -> Answer:
    """Return the patch in a model's answer: all of its files or, where one of them is at fault, none.

    An answer may instead say that two tests contradict each other, or ask for files (`abort.py`). A wish for files goes
    before edits, since these are then guesses; edits beside a contradiction are a fault, since they would be a hack.
    `protect` are the project's own patterns of protected paths. No answer makes this raise.
    """
    if fault := _no_text(answer):
        return Answer(Fault(fault), "")
    reading = read_blocks(answer)
    return Answer(_outcome(reading, brief, read, protect), reading.prose[:_DIAGNOSIS_CHARS])


def _outcome(reading: Reading, brief: Brief, read: Read, protect: Sequence[str]) -> Outcome:
    if reading.fault:
        return Fault(reading.fault)
    abort = read_abort(reading.outside, brief)
    if isinstance(abort, Needs):
        return abort
    if not reading.blocks:
        return Fault(abort.reason) if isinstance(abort, Vain) else abort or Fault(_NO_EDIT)
    if isinstance(abort, Contradiction) or (isinstance(abort, Vain) and not abort.is_wish):
        return Fault("The answer says that two tests contradict each other, and edits files all the same. Give one.")
    return _patch(reading.blocks, brief, read, protect)


def _no_text(answer: str) -> str | None:
    """Say why nobody can take these characters as a name or a file, or None."""
    try:
        answer.encode()
    except UnicodeEncodeError as error:
        return f"The answer is no text: it holds {answer[error.start]!a}, which no file can."
    return None


def _patch(blocks: Sequence[Block], brief: Brief, read: Read, protect: Sequence[str]) -> Patch | Fault:
    """Return the patch, or the first faults of all: there is one round to mend them."""
    edits: list[Edit] = []
    faults: list[Fault] = []
    for path, own in _by_path(blocks).items():
        try:
            edits.append(_edit(path, own, brief, read, protect))
        except FaultError as error:
            faults.append(error.fault)
    faults += [Fault(f"{inner} cannot lie in {outer}, which is a file.") for outer, inner in _within(edits, read)]
    if faults:
        reasons = "\n\n".join(fault.reason for fault in faults[:_MOST_FAULTS])
        return Fault(reasons, any(fault.is_policy for fault in faults))
    changed = tuple(edit for edit in edits if edit.before != edit.after)
    return Patch(changed) if changed else Fault("The edits change nothing: the files are already so.")


def _by_path(blocks: Sequence[Block]) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = {}
    for block in blocks:
        found.setdefault(block.path, []).append(block)
    return found


def _within(edits: Sequence[Edit], read: Read) -> Iterator[tuple[str, str]]:
    """Yield the files, old or of this answer, that a new path takes for a directory."""
    own = {edit.path for edit in edits}
    for edit in edits:
        if edit.before is None:
            for parent in map(str, list(PurePosixPath(edit.path).parents)[:-1]):
                if parent in own or read(parent) is not None:
                    yield parent, edit.path


def _edit(path: str, own: Sequence[Block], brief: Brief, read: Read, protect: Sequence[str]) -> Edit:
    """Return the edit of one path, or raise with the fault."""
    if kind := _forbidden(path, brief, protect):
        raise FaultError(f"{path[:_LONGEST_NAME]!r} is {kind} and must not be changed.", is_policy=True)
    before, shown, encoding = _existing(path, brief, read)
    wholes = [block for block in own if isinstance(block, Whole)]
    if wholes and len(own) > 1:
        raise FaultError(f"{path} is edited as a whole file and a second time; give one of them.")
    if wholes:
        after = _whole(wholes[0], before, shown)
    else:
        after = _replacements(path, [block for block in own if isinstance(block, Replacement)], before, shown)
    edit = Edit(path, before, after, encoding)
    if before != after:
        refuse_content(edit)
    return edit


def _forbidden(path: str, brief: Brief, protect: Sequence[str]) -> str | None:
    """Say as what a path must not be edited, or None."""
    if not path.isprintable() or len(path.encode()) > _LONGEST_PATH:
        return "no name that a file can be given"
    if any(len(part.encode()) > _LONGEST_NAME for part in path.split("/")):
        return "no name that a file can be given"
    # Some file systems take names for the same that differ in case or in how a letter is written.
    alike = unicodedata.normalize("NFKC", path).casefold()
    return protected_as(path, protect) or protected_as(alike, protect) or _test_by_role(path, brief)


def _test_by_role(path: str, brief: Brief) -> str | None:
    roles = {excerpt.role for excerpt in brief.excerpts if excerpt.path == path}
    return "a test" if roles & {Role.TEST, Role.CONFTEST, Role.SIBLING} else None


def _existing(path: str, brief: Brief, read: Read) -> tuple[str | None, str | None, str]:
    """Return the file's text or None, the text that the model was shown or None, and the encoding.

    The two differ where something secret was taken out of what was shown.
    """
    excerpt = next((excerpt for excerpt in brief.sources() if excerpt.path == path), None)
    shown = excerpt.text if excerpt else None
    data = read(path)
    if data is None:
        return shown, shown, excerpt.encoding if excerpt else "utf-8"
    if len(data) > LARGEST:
        raise FaultError(f"{path} has {len(data)} bytes; only files of at most {LARGEST} are edited.")
    decoded = decode(data)
    if decoded is None:
        raise FaultError(f"{path} exists and is not text, so it cannot be edited.")
    return decoded[0], shown, decoded[1]


def _whole(block: Whole, before: str | None, shown: str | None) -> str:
    if before is None:
        return block.text
    if shown != before:
        raise FaultError(
            f"{block.path} exists and you have not been shown all of it, so it must not be replaced as a whole. "
            "Use SEARCH/REPLACE blocks."
        )
    return with_line_ending(block.text, line_ending(before))


def _replacements(path: str, blocks: Sequence[Replacement], before: str | None, shown: str | None) -> str:
    """Return the text after one replacement after the other, or raise with the first faults of them all."""
    if len(blocks) > _MOST_BLOCKS:
        raise FaultError(f"{path} has {len(blocks)} SEARCH blocks; at most {_MOST_BLOCKS} are read. Give it whole.")
    text, faults = before, []
    for block in blocks:
        try:
            text = _created(block) if text is None or not text.strip() else _replaced(path, block, text, shown)
        except FaultError as error:
            faults.append(error.fault.reason)
            if len(faults) == _MOST_FAULTS:
                break
    if faults:
        raise FaultError("\n\n".join(faults))
    return text or ""


def _created(block: Replacement) -> str:
    """Return the text of a file that SEARCH/REPLACE makes anew, which an empty SEARCH alone may do."""
    split = block.splits[0]
    if any(line.strip() for line in block.lines[:split]):
        raise FaultError(f"{block.path} is empty or does not exist, so a SEARCH cannot match. Give it as a whole file.")
    return "".join(line + "\n" for line in block.lines[split + 1 :])


def _replaced(path: str, block: Replacement, text: str, shown: str | None) -> str:
    if len(block.splits) > _MOST_SPLITS:
        raise FaultError(f"A SEARCH block in {path} has {len(block.splits)} `=======` lines. Make it smaller.")
    tried = [replaced(text, block.lines[:split], block.lines[split + 1 :]) for split in block.splits if split > 0]
    fits = [result for result in tried if isinstance(result, str)]
    if len(fits) > 1 and path.endswith(".py"):
        fits = [result for result in fits if not isinstance(parsed(result), Unparsable)] or fits
    if len(fits) == 1:
        return fits[0]
    search = block.lines[: block.splits[0]]
    if not any(line.strip() for line in search):
        raise FaultError(f"A SEARCH in {path} is empty, but the file is not.")
    misses = [result for result in tried if isinstance(result, Miss) and result.lines]
    places = misses[0].lines if misses else ()
    raise FaultError(_miss(path, search, places, shown, ambiguous=len(fits) > 1))


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
