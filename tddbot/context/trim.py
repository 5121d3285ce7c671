"""Failures and results cut down to what matters: project frames, short locals, the head and tail of long text."""

from dataclasses import replace

from tddbot.context.frames import in_project
from tddbot.domain import Failure, Frame

TEXT = 8000
"""The most characters that a failure's long representation keeps."""
VALUE = 2000
"""The most characters of a message, and of each side of a comparison."""
LOCALS = 20
"""The most local variables of one frame."""
LOCAL = 300
"""The most characters of one local variable."""
FRAMES = 30
"""The most frames; a recursion repeats itself beyond that."""


def trimmed(failure: Failure) -> Failure:
    """Return the failure with the frames of the project and the last one, and with every text cut to its limit."""
    last = len(failure.frames) - 1
    frames = tuple(frame for place, frame in enumerate(failure.frames) if place == last or in_project(frame.path))
    if len(frames) > FRAMES:
        frames = frames[: FRAMES // 3] + frames[-(FRAMES - FRAMES // 3) :]
    return replace(
        failure,
        message=shorten(failure.message, VALUE),
        frames=tuple(_trimmed_frame(frame) for frame in frames),
        text=shorten(failure.text, TEXT),
        expected=None if failure.expected is None else shorten(failure.expected, VALUE),
        actual=None if failure.actual is None else shorten(failure.actual, VALUE),
    )


def shorten(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, cut in the middle by a mark that tells how many went."""
    if len(text) <= limit:
        return text
    mark = f" […{len(text) - limit} more characters…] "
    room = max(limit - len(mark), 0)
    return text[: room - room // 2] + mark[:limit] + text[len(text) - room // 2 :]


def _trimmed_frame(frame: Frame) -> Frame:
    return replace(frame, locals=tuple((name, shorten(value, LOCAL)) for name, value in frame.locals[:LOCALS]))
