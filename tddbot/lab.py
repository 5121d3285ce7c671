"""The laboratory: a jail that stays open while a target is worked on, in which candidates are tried by the hundred and
functions are asked what they answer. It is a sieve and an oracle, and never a proof.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tddbot.domain import NodeId, Patch, Snapshot
from tddbot.stop import Stop


@dataclass(frozen=True, slots=True)
class LabRequest:
    """What a laboratory is set up for: the `target` to win, and the greens to `keep`, in the order to run them.

    A `patch` is laid over the snapshot first: what is tried then are edits of what it makes. `protected` are more
    patterns of files whose originals are laid over any patch. `test_seconds` bounds a test,
    `seconds` the setting up; requests of one `lane` wait behind each other for a place to run.
    """

    snapshot: Snapshot
    target: tuple[NodeId, ...]
    keep: tuple[NodeId, ...] = ()
    protected: tuple[str, ...] = ()
    seconds: float = 60.0
    test_seconds: float = 10.0
    lane: str = ""
    patch: Patch | None = None


class Fate(StrEnum):
    """What became of a candidate in the sieve."""

    PASSED = "passed"
    RED = "red"
    TIMEOUT = "timeout"
    DIED = "died"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Red:
    """A test that a candidate left, or made, red: the exception's type name and the first line of its message."""

    node_id: NodeId
    kind: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Screened:
    """What came of one candidate. PASSED: all of the target green, and no green lost.

    `reds` are the tests that decided, the first alone unless all were asked for; `won` counts the target's tests that
    were green before it.
    """

    patch: Patch
    fate: Fate
    reds: tuple[Red, ...] = ()
    won: int = 0

    @property
    def passed(self) -> bool:
        """Whether it is worth a proof."""
        return self.fate is Fate.PASSED


@dataclass(frozen=True, slots=True)
class Answer:
    """What an expression came to: `text` is Python source for the value where it is `plain`, else its type's name.

    An exception is `raised`, with its type's name for a text; what took too long or ended the process is neither, and
    its text is empty.
    """

    text: str
    raised: bool = False
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a test led to, as it was when it began.

    `function` is the qualified name within its module; `arguments` are names and source texts in the order of the
    signature (`*args` and `**kwargs` under their own names with the star or stars), empty texts where a value is not
    plain; `expression` is the whole call as source, evaluable in the module, or "" where it cannot be written;
    `answer` what it came to.
    """

    path: str
    function: str
    arguments: tuple[tuple[str, str], ...]
    expression: str
    answer: Answer
    node_id: NodeId


class Relation(StrEnum):
    """What a test demands of a call: that it equals, is, or is nearly some value; that it is true or false; raises."""

    EQUAL = "=="
    IS = "is"
    NEARLY = "approx"
    TRUE = "true"
    FALSE = "false"
    RAISES = "raises"


@dataclass(frozen=True, slots=True)
class Example:
    """A call with what a test demands of it. Texts are Python source for plain values.

    `expected` is the value, the exception's name, or "" for true and false; `line` is the test's.
    """

    node_id: NodeId
    line: int
    arguments: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...]
    relation: Relation
    expected: str = ""


class Lab(Protocol):
    """What a generator may find out by trying. Nothing here raises but for a bug, or TddbotError where no jail is."""

    @property
    def fault(self) -> str:
        """Why nothing can be found out here, in one clause; "" as long as that is not known."""
        ...

    def begin(self) -> None:
        """Start setting it up and do not wait: whoever asks first will have to wait the less."""
        ...

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        """Yield what came of each patch, in their order; they are drawn as they can be run.

        A candidate's run ends at its first red; `whole` runs all of the target, and tells each red. Ends early where
        `stop` is set, or there is a `fault`.
        """
        ...

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        """Evaluate expressions in the namespace of the module at `path`, with each patch (None: as it is).

        Return a row of answers for each patch, all as long as `expressions`, each evaluated on its own; () where
        nothing can be found out.
        """
        ...

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:
        """Return the calls of these functions (qualified names) in the file that target and `keep` lead to."""
        ...

    def examples(self, path: str, function: str, stop: Stop, patch: Patch | None = None) -> tuple[Example, ...]:
        """Return what the target's and the kept tests demand of a function, in the order of the tests.

        A test of which a demand cannot be told leaves out only that. `patch` makes the function, where there is none
        yet.
        """
        ...
