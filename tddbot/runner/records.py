"""The records that come out of a jail, as typed values. What does not fit one of them is no record."""

from msgspec import MsgspecError, Struct, field
from msgspec.json import Decoder

from tddbot.domain import Failure, Frame


class FrameRecord(Struct, frozen=True):
    """One frame of a traceback."""

    path: str
    line: int
    function: str
    locals: tuple[tuple[str, str], ...] = ()


class FailureRecord(Struct, frozen=True):
    """Why a phase failed."""

    phase: str
    type: str
    message: str
    frames: tuple[FrameRecord, ...] = ()
    text: str = ""
    expected: str | None = None
    actual: str | None = None
    breach: str | None = None

    def failure(self) -> Failure:
        """Return the noun of the domain."""
        frames = tuple(Frame(frame.path, frame.line, frame.function, frame.locals) for frame in self.frames)
        return Failure(self.phase, self.type, self.message, frames, self.text, self.expected, self.actual)


class Python(Struct, frozen=True, tag="python", tag_field="kind"):
    """The worker has imported pytest."""

    pytest: str


class Session(Struct, frozen=True, tag="session", tag_field="kind"):
    """pytest's root directory and configuration file are known."""

    rootdir: str
    inipath: str | None = None


class Shuffled(Struct, frozen=True, tag="shuffled", tag_field="kind"):
    """The order of the tests is made by this seed."""

    seed: int


class Conftest(Struct, frozen=True, tag="conftest", tag_field="kind"):
    """A conftest takes part."""

    path: str


class Distributed(Struct, frozen=True, tag="distributed", tag_field="kind"):
    """pytest-xdist is about to start workers: from here on several tests are under way at a time."""

    workers: int


class Collecting(Struct, frozen=True, tag="collecting", tag_field="kind"):
    """A file is about to be imported."""

    node: str


class Collected(Struct, frozen=True, tag="collected", tag_field="kind"):
    """Some of the tests that are going to run."""

    nodes: tuple[str, ...]


class Start(Struct, frozen=True, tag="start", tag_field="kind"):
    """A test begins."""

    node: str


class Report(Struct, frozen=True, tag="report", tag_field="kind"):
    """One phase of a test (or the collection of a file) ended; `raised` says that it did so badly, and yet passed."""

    node: str
    when: str
    outcome: str
    seconds: float
    xfail: bool = False
    raised: bool = False
    failure: FailureRecord | None = None


class SwallowedRecord(Struct, frozen=True):
    """An assertion that failed and did not fail its test; `by` is the file that caught it, "" where nobody asked."""

    path: str
    line: int
    by: str


class Trace(Struct, frozen=True, tag="trace", tag_field="kind"):
    """The lines that a test ran, and its failed assertions; None where these were not watched."""

    node: str
    lines: dict[str, frozenset[int]] = field(default_factory=dict)
    asserted: tuple[SwallowedRecord, ...] | None = None


class Watched(Struct, frozen=True, tag="watched", tag_field="kind"):
    """What tests assert with and is another thing now, each with the file that its code is from; `last` ends it."""

    altered: tuple[tuple[str, str], ...]
    last: bool


class Split(Struct, frozen=True, tag="split", tag_field="kind"):
    """In split mode: "fits" once a module was reached, "unfit" or "broken" with the reason."""

    what: str
    reason: str


class Finish(Struct, frozen=True, tag="finish", tag_field="kind"):
    """A test is over, teardown included."""

    node: str


class Modules(Struct, frozen=True, tag="modules", tag_field="kind"):
    """What the worker has loaded from outside the repository, and whether pytest rewrote its assertions.

    With None instead: what it has loaded from the repository although there is one of that name outside.
    """

    names: tuple[tuple[str, bool | None], ...]


class End(Struct, frozen=True, tag="end", tag_field="kind"):
    """pytest returned to the guest."""

    code: int


Record = (
    Python | Session | Distributed | Shuffled | Conftest | Collecting | Collected | Start | Report | Trace | Watched
    | Split | Finish | Modules | End
)  # fmt: skip


class Ready(Struct, frozen=True, tag="ready", tag_field="kind"):
    """The jail stands; `locks` are the names of those that were closed last."""

    locks: tuple[str, ...] = ()


class Refused(Struct, frozen=True, tag="refused", tag_field="kind"):
    """A control could not be put in place."""

    what: str
    reason: str


class Rejected(Struct, frozen=True, tag="rejected", tag_field="kind"):
    """An edit of the patch cannot be written: a file where a directory should be, a link, an environment."""

    path: str
    reason: str


class Exit(Struct, frozen=True, tag="exit", tag_field="kind"):
    """The worker ended, as its parents saw it; negative is a signal to the jail as a whole."""

    code: int


class Spent(Struct, frozen=True, tag="spent", tag_field="kind"):
    """What process 1 saw of the limits when the worker had ended, by `signal` where that is not 0."""

    signal: int
    cpu_seconds: float
    peak_mb: float
    is_disk_full: bool


class Changed(Struct, frozen=True, tag="changed", tag_field="kind"):
    """Paths of the repository that the worker changed; `last` ends the list, `more` says that it is not whole."""

    paths: tuple[str, ...]
    last: bool
    more: bool = False


Control = Ready | Refused | Rejected | Changed | Spent | Exit


class Warm(Struct, frozen=True, tag="warm", tag_field="kind"):
    """A zygote has loaded what it was told; `unfit` says why it may not be forked, `culprits` which modules did it."""

    seconds: float
    modules: int
    unfit: str | None = None
    culprits: tuple[str, ...] = ()


class Alive(Struct, frozen=True, tag="alive", tag_field="kind"):
    """A zygote answers; more than one thread, and it may not be forked."""

    threads: int


Answer = Warm | Alive

NO_RECORD = (MsgspecError, ValueError, RecursionError)
"""What reading something that is no record raises: text that is not UTF-8, numbers or nesting beyond measure."""

read_record = Decoder(Record).decode
read_control = Decoder(Control).decode
read_answer = Decoder(Answer).decode
