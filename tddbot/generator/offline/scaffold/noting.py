"""What is done with values of names of the repository is noted at the places that they come from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from tddbot.generator.offline.scaffold import kinds, results
from tddbot.generator.offline.scaffold.usage import (
    ANYWHERE,
    AWAIT,
    CALL,
    ITEM,
    Argument,
    Mark,
    Place,
    Shot,
    Use,
    Uses,
)  # fmt: skip
from tddbot.generator.offline.scaffold.values import Value, Values

_MOST_STEPS = 8


class Doubt(Enum):
    """What a call says where an error is expected: all, nothing of the kinds of its arguments, or nothing at all."""

    NONE = 0
    KINDS = 1
    CALLS = 2


@dataclass
class Noting:
    """Notes in `uses` what is done with values, and says what comes of it.

    `inside` says where an attribute of a place leads.
    """

    uses: Uses
    inside: Callable[[Place, str], Place]
    is_quiet: bool = field(default=False, init=False)
    doubt: Doubt = field(default=Doubt.NONE, init=False)
    _unheard: Uses = field(default_factory=Uses, init=False)

    def use(self, place: Place) -> Use:
        """Return the use of a place; what is done where nobody shall hear of it goes elsewhere."""
        return (self._unheard if self.is_quiet else self.uses).of(place)

    def step(self, value: Value, name: str) -> Iterator[Value]:
        """Yield what an attribute of a value is."""
        if value.is_caught and name in ("value", "exception"):
            yield replace(value, is_caught=False)
        elif value.place and name not in value.hidden and not value.is_caught:
            place = self.inside(value.place, name)
            if len(place.steps) <= _MOST_STEPS:
                self.use(place).marks.add(Mark.DEPENDED)
                yield Value(place=place)
        elif value.outside:
            yield Value(outside=f"{value.outside}.{name}")
        elif value.kind in ("str", "bytes") and (kind := results.of_text(name)):
            yield Value(results=(Value(kind),))

    def called(self, functions: Values, shot: Shot, name: str = "") -> Values:
        """Record a call, and return what is known of its result."""
        if self.doubt is not Doubt.CALLS:
            self.use(Place(ANYWHERE, (name,))).shots.append(shot)
        return tuple(found for function in functions for found in self._result(function, shot))

    def _result(self, function: Value, shot: Shot) -> Iterable[Value]:
        if function.results is not None:
            return function.results
        if function.place and len(function.place.steps) < _MOST_STEPS:
            use = self.use(function.place)
            if self.doubt is not Doubt.CALLS:
                use.shots.append(shot)
            result = function.place.then(CALL)
            is_class = len(result.steps) == 2 and result.steps[0].lstrip("_")[:1].isupper()
            kind = f"{result.path}::{result.steps[0]}" if is_class and not function.hidden else ""
            return (Value(kind, result, hidden=function.hidden),)
        if function.outside:
            return (Value(results.of_library(function.outside)),)
        return ()

    def operated(self, values: Values, name: str, other: Argument) -> Values:
        """Record an operator on what may be an instance of a class, as the call of a method that it is."""
        own = tuple(
            Value(place=each.place.then(name)) for each in values if each.place and each.place.steps[-1:] == (CALL,)
        )
        return tuple(found for each in own for found in self._result(each, Shot((other,))))

    def awaited(self, values: Values) -> Values:
        """Record that values are awaited, and return what that gives."""
        return self._on(values, Mark.AWAITED, AWAIT)

    def items(self, values: Values, mark: Mark = Mark.ITERATED) -> Values:
        """Record that values are iterated over, and return what their items are."""
        inside = [Value(item) for each in values if (item := kinds.item_of(each.kind))]
        return (*self._on(values, mark, ITEM), *inside)

    def _on(self, values: Values, mark: Mark, step: str) -> Values:
        found = []
        for place in (each.place for each in values if each.place):
            self.use(place).marks.add(mark)
            found.append(Value(place=place.then(step)))
        return tuple(found)

    def entered(self, values: Values, mark: Mark, step: str) -> Values:
        """Record that values are entered by `with`, and return what that gives."""
        return (*self._on(values, mark, step), *(each for each in values if each.is_caught))

    def mark(self, values: Values, mark: Mark) -> None:
        """Record what is done with values."""
        for place in (each.place for each in values if each.place):
            self.use(place).marks.add(mark)

    def demand(self, values: Values, kind: str) -> None:
        """Record the kind that values must have."""
        for place in (each.place for each in values if each.place):
            self.use(place).demands.append(kind)

    def equate(self, left: Values, right: Values) -> None:
        """Record that values are compared: each must be of the other's kind."""
        for these, those in ((left, right), (right, left)):
            self.demand(these, kinds.joined(each.kind for each in those))
        for one in left:
            if one.kind and "::" in one.kind and any(one.kind == other.kind for other in right) and one.place:
                self.use(Place(one.place.path, one.place.steps[:1])).marks.add(Mark.EQUATED)
