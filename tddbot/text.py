"""Bytes to text and back without loss: encoding cookies, byte order marks and line endings survive an edit."""

import io
import tokenize


def decode(data: bytes) -> tuple[str, str] | None:
    """Return a source file's text (line endings untranslated) and its encoding, or None where it is not text."""
    if b"\0" in data:
        return None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        return (text, encoding) if text.encode(encoding) == data else None
    except (SyntaxError, UnicodeError, LookupError):
        return None


def line_ending(text: str) -> str:
    """Return the line ending that most lines of `text` have; a file without any gets a line feed."""
    windows = text.count("\r\n")
    return "\r\n" if windows * 2 > text.count("\n") else "\n"


def with_line_ending(text: str, ending: str) -> str:
    """Return `text` with every line ending turned into `ending`."""
    plain = text.replace("\r\n", "\n")
    return plain if ending == "\n" else plain.replace("\n", ending)
