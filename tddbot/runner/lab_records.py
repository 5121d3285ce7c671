"""What comes out of a laboratory, as typed values; nothing in it is believed beyond that."""

from typing import Literal

from msgspec import Struct
from msgspec.json import Decoder


class ReadyRecord(Struct, frozen=True):
    """It stands; `green` are tests of the target that are green there without a patch."""

    green: tuple[str, ...]


class CallRecord(Struct, frozen=True):
    """A call that a test led to."""

    node: str
    function: str
    arguments: tuple[tuple[str, str], ...]
    expression: str
    answer: tuple[str, bool, bool]


class ExampleRecord(Struct, frozen=True):
    """A call with what a test demands of it."""

    node: str
    line: int
    arguments: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...]
    relation: Literal["==", "is", "approx", "true", "false", "raises"]
    expected: str


class Message(Struct, frozen=True):
    """One message: that it is ready, the answer to what was asked under `id`, or only a sign of life."""

    id: int = 0
    ready: ReadyRecord | None = None
    fate: Literal["passed", "red", "timeout", "died", "unfit"] = "unfit"
    reds: tuple[tuple[str, str, str], ...] = ()
    won: int = 0
    answers: tuple[tuple[str, bool, bool], ...] = ()
    calls: tuple[CallRecord, ...] = ()
    examples: tuple[ExampleRecord, ...] = ()


read_message = Decoder(Message).decode
