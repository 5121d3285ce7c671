"""What the judge finds, as values: objections, gates, what a proof was made of, and what the tests leave open."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Objection:
    """What the guard says of a patch, by its rule's `code` (docs/guard.md). A warning alone forbids nothing.

    `line` is that of the file after the patch, 0 where the file as a whole is meant; `text` is a clause that follows
    the path.
    """

    code: str
    path: str
    line: int
    text: str
    is_warning: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place} {self.text} ({self.code})"


@dataclass(frozen=True, slots=True)
class Gate:
    """A check of the project's own that ran on the touched files, with what it finds now and did not before.

    `findings` are lines with path and line; `fault` says in a clause why it could not be run.
    """

    name: str
    findings: tuple[str, ...] = ()
    fault: str = ""
    may_veto: bool = False

    @property
    def vetoes(self) -> bool:
        """Whether it stands against the patch; a gate that could not run stands against nothing."""
        return self.may_veto and bool(self.findings)


@dataclass(frozen=True, slots=True)
class Proof:
    """What an accepted attempt was proven by, beside the run that decided.

    `proofs` counts cold runs of everything, `repeats` those of the target alone with the patch, `without` those without
    it; `seeds` says of each of them all what varied it. `uncovered` are added lines that no test of the target ran,
    as `path:line: source`.
    """

    proofs: int = 1
    repeats: int = 0
    without: int = 0
    seeds: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    uncovered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unpinned:
    """A change of an added line that no test notices.

    `change` reads on from "no test notices if …"; `test` is the skeleton of a test that would.
    """

    path: str
    line: int
    change: str
    test: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """One side of a contradiction: the line of a test, with its source."""

    node_id: str
    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two tests that no implementation can satisfy together, and why in one clause."""

    first: Demand
    second: Demand
    reason: str

    @property
    def node_ids(self) -> tuple[str, str]:
        """The two tests."""
        return self.first.node_id, self.second.node_id


@dataclass(frozen=True, slots=True)
class PartlyShown:
    """A test of which some cases are withheld, by its function's name.

    Of a parametrised one these are told by their IDs: `shown`, and `hidden` ones of which pytest's are some. Of one
    that lists assertions, by their `lines`. Of a loop over rows, whose `body` are its lines, by its variables: `names`,
    and in `rows` the representations of what is shown.
    """

    path: str
    function: str
    count: int
    shown: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    lines: frozenset[int] = frozenset()
    body: frozenset[int] = frozenset()
    names: tuple[str, ...] = ()
    rows: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True, slots=True)
class Withheld:
    """Cases that no model is shown and every proof holds: tests of a parametrised one, and lines by file.

    `texts` are the files with such cases as they are shown: whole, without secrets. `telling` are pieces of text that
    only withheld cases hold.
    """

    node_ids: frozenset[str] = frozenset()
    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)
    tests: tuple[PartlyShown, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    telling: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def count(self) -> int:
        """How many cases are withheld."""
        return sum(test.count for test in self.tests)

    def __bool__(self) -> bool:
        return bool(self.tests)
