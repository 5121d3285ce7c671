"""Server-sent events: chunks of bytes to the JSON values that they carry. Pure, and nothing that comes makes it raise.

The SDK's own reader decodes strictly, has no bound, and raises what it meets as it is.
"""

from collections.abc import Iterable, Iterator

from tddbot.generator.wire.endings import CallEnd, End, plain
from tddbot.generator.wire.values import value_of

DONE = "[DONE]"
"""The event that ends a stream of Chat."""


def events(chunks: Iterable[bytes | CallEnd]) -> Iterator[object]:
    """Yield each event's JSON, or `DONE`; a `CallEnd`, among the chunks or for what is no JSON, is the last one."""
    data: list[str] = []
    for line in _lines(chunks):
        if isinstance(line, CallEnd):
            yield line
            return
        name, _, value = line.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            event = _json("\n".join(data))
            yield event
            if isinstance(event, CallEnd) or event == DONE:
                return
            data = []
    # An event without the blank line after it may be half of one; some servers only forget the line.
    if data and not isinstance(event := _json("\n".join(data)), CallEnd):
        yield event


def _json(data: str) -> object:
    if data.strip() == DONE:
        return DONE
    try:
        return value_of(data)
    except (ValueError, RecursionError) as error:
        return CallEnd(End.PROTOCOL, plain(f"{error} in {data[:200]}"), started=True)


def _lines(chunks: Iterable[bytes | CallEnd]) -> Iterator[str | CallEnd]:
    """Yield lines without their ends, which are CRLF, LF or CR, wherever the chunks are cut."""
    rest: list[bytes] = []
    for chunk in chunks:
        if isinstance(chunk, CallEnd):
            yield chunk
            return
        is_line_open = not (rest and rest[-1].endswith(b"\r"))
        if is_line_open and b"\n" not in chunk and b"\r" not in chunk:
            rest.append(chunk)
            continue
        whole = b"".join([*rest, chunk])
        # A CR at the end may be the first half of a CRLF.
        cut = len(whole) - 1 if whole.endswith(b"\r") else len(whole)
        lines = whole[:cut].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest = [lines.pop() + whole[cut:]]
        yield from (_text(line) for line in lines)
    if last := b"".join(rest).rstrip(b"\r"):
        yield _text(last)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removeprefix("\ufeff")
