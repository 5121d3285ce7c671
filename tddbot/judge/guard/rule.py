"""One rule of the guard, as the page shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its code and name. `clause` follows the path in an objection; `why` is one sentence.

    `bad` and `good` are Python, or prose where the rule is about paths; `test` is the test that an example is made for.
    """

    code: str
    name: str
    clause: str
    why: str
    bad: str
    good: str
    is_warning: bool = False
    is_allowable: bool = True
    test: str = ""

    @property
    def is_python(self) -> bool:
        """Whether the examples are source."""
        return "\n" in self.bad
