"""Values to columns and back. Names from a file system may hold bytes that are no UTF-8; they survive both ways."""

import json
from typing import Any, TypeVar

import msgspec

Value = TypeVar("Value")


class CorruptError(ValueError):
    """A column does not hold what was once put there."""


def to_json(value: Any) -> str:
    """Return a dataclass, or built-in values, as ASCII JSON: unlike msgspec's own, it can carry lone surrogates."""
    return json.dumps(msgspec.to_builtins(value), separators=(",", ":"))


def from_json(text: str, kind: type[Value]) -> Value:
    """Return the value that `to_json` was given. Raise CorruptError."""
    try:
        return msgspec.convert(json.loads(text), kind)
    except (json.JSONDecodeError, msgspec.ValidationError, TypeError) as error:
        raise CorruptError(str(error)) from error


def to_column(text: str) -> str | bytes:
    """Return `text` for a column: a BLOB where it holds lone surrogates, since SQLite's text is UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def from_column(column: str | bytes) -> str:
    """Return the text that `to_column` was given."""
    return column.decode("utf-8", "surrogatepass") if isinstance(column, bytes) else column
