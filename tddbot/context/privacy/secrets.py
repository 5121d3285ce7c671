"""What must not leave the machine is taken out of text: keys by their shape, known values, code of hidden files."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tddbot.context.privacy.detectors import DETECTORS
from tddbot.domain import Failure, Frame

_HIDDEN_TEXT = "[withheld: the traceback shows code of a file that is kept from models]"


@dataclass(frozen=True, slots=True)
class Needle:
    """A text that is looked for, and the kind of secret that it is."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes secrets out of text: keys of well-known shapes, and `needles`, which are known by their value.

    `hidden` are files that no model may see: neither their code in tracebacks nor their variables. `needles` must
    come the longest first, since one may be part of another.
    """

    needles: tuple[Needle, ...] = ()
    hidden: frozenset[str] = frozenset()

    def hides(self, path: str) -> bool:
        """Whether the user keeps this file from models."""
        return path in self.hidden

    def kinds(self, text: str) -> tuple[str, ...]:
        """Return the kinds of secrets that `text` holds."""
        values = tuple(dict.fromkeys(needle.kind for needle in self._present(text)))
        return values + tuple(detector.kind for detector in DETECTORS if detector.finds(text))

    def redacted(self, text: str) -> str:
        """Return `text` with every secret replaced by `[redacted: kind]`."""
        if present := self._present(text):
            kinds = {needle.text: needle.kind for needle in present}
            text = _pattern(present).sub(lambda found: f"[redacted: {kinds[found[0]]}]", text)
        for detector in DETECTORS:
            text = detector.redacted(text)
        return text

    def redacted_failure(self, failure: Failure) -> Failure:
        """Return the failure with secrets taken out of its message, text, comparison and local variables.

        Where its traceback goes through a hidden file, that file's variables and the long text, which quotes its code,
        are withheld.
        """
        quoted = any(self.hides(frame.path) for frame in failure.frames)
        return replace(
            failure,
            message=self.redacted(failure.message),
            frames=tuple(self._redacted_frame(frame) for frame in failure.frames),
            text=_HIDDEN_TEXT if quoted and failure.text else self.redacted(failure.text),
            expected=None if failure.expected is None else self.redacted(failure.expected),
            actual=None if failure.actual is None else self.redacted(failure.actual),
        )

    def _redacted_frame(self, frame: Frame) -> Frame:
        if self.hides(frame.path):
            return replace(frame, locals=())
        return replace(frame, locals=tuple((name, self.redacted(value)) for name, value in frame.locals))

    def _present(self, text: str) -> list[Needle]:
        """The needles that `text` holds. To look for each one alone is ten times as fast as one pattern of all."""
        found = [needle for needle in self.needles if needle.text in text]
        return [needle for needle in found if not _is_short(needle.text) or _pattern([needle]).search(text)]


SHAPES = Redactor()
"""Knows keys by their shape alone."""


def _pattern(needles: Iterable[Needle]) -> re.Pattern[str]:
    return re.compile("|".join(_searched(needle.text) for needle in needles))


def _searched(text: str) -> str:
    return rf"(?<!\w){re.escape(text)}(?!\w)" if _is_short(text) else re.escape(text)


def _is_short(text: str) -> bool:
    """Whether a value counts only where it stands alone: it may well be a part of other words or numbers by chance."""
    return len(text) < 6 or (len(text) < 8 and (text.isalpha() or text.isdigit()))
