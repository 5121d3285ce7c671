"""What is known of the value of an expression in code that nobody runs."""

import ast
from dataclasses import dataclass

from tddbot.generator.offline.scaffold.usage import Place


@dataclass(frozen=True)
class Value:
    """A value: its `kind` if that is known, the `place` that it comes from, the literal that it is.

    `results` are what a function of the tests returns, `outside` is the dotted name of something of another library,
    `hidden` are attributes that a subclass in the tests has itself; `is_caught` is what `pytest.raises` gives.
    """

    kind: str = ""
    place: Place | None = None
    node: ast.expr | None = None
    results: "tuple[Value, ...] | None" = None
    outside: str = ""
    hidden: frozenset[str] = frozenset()
    is_caught: bool = False


Values = tuple[Value, ...]
"""Any one of these, or nothing that is known."""

Scope = dict[str, Values]
"""What names stand for; attributes that a method has set stand under `self.name`."""
