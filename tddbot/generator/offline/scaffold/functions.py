"""The function, method or value that all uses of a place fit."""

from dataclasses import replace

from tddbot.generator.offline.scaffold import kinds
from tddbot.generator.offline.scaffold.forms import Function, Gift, Manner
from tddbot.generator.offline.scaffold.parameters import parameters
from tddbot.generator.offline.scaffold.usage import ALL, ANYWHERE, AWAIT, CALL, ITEM, Argument, Mark, Place, Shot, Uses


def function_of(place: Place, uses: Uses) -> Function:
    """Return the function that all calls of a place fit."""
    use, result = uses.of(place), place.then(CALL)
    shots = use.shots
    if Mark.DECORATES in use.marks and not any(shot.arguments or shot.keywords for shot in shots):
        shots = [Shot((Argument("function", ""),))]
    marks = uses.of(result).marks
    is_entered = bool(marks & {Mark.ENTERED, Mark.ENTERED_LATER})
    return Function(
        name=place.steps[-1],
        parameters=parameters(shots, {place.steps[-1]}),
        result=result_of(result.then(AWAIT) if Mark.AWAITED in marks else result, uses),
        is_async=bool(marks & {Mark.AWAITED, Mark.ITERATED_LATER, Mark.ENTERED_LATER}),
        gives=Gift.WITH if is_entered else Gift.ITEMS if Mark.ITERATED_LATER in marks else Gift.RESULT,
    )


def constant_kind(place: Place, uses: Uses) -> str:
    """Return the kind of what is never called: what it is compared with, else what its items say."""
    use = uses.of(place)
    if kind := kinds.joined(use.demands, unions=False):
        return kind
    keys = {key.kind for shot in uses.of(place.then(ITEM)).shots for key in shot.arguments}
    if keys and keys <= {"str", ""}:
        return "dict"
    if Mark.NUMBER in use.marks:
        return "int"
    return "list" if use.marks & {Mark.ITERATED, Mark.NEXT} else ""


def result_of(result: Place, uses: Uses) -> str:
    """The kind on which all demands of a result agree; of one that is only gone through, that it can be."""
    use = uses.of(result)
    if any(use.demands):
        return kinds.joined(use.demands, unions=False)
    collected = kinds.joined(uses.of(result.then(ALL)).demands, unions=False)
    if use.marks & {Mark.NEXT}:
        return "typing.Iterator"
    if collected or Mark.ITERATED in use.marks:
        item = kinds.item_of(collected) or kinds.joined(uses.of(result.then(ITEM)).demands, unions=False)
        return f"typing.Iterable[{item}]" if item else "typing.Iterable"
    return ""


def is_used(place: Place, uses: Uses) -> bool:
    """Whether anything is done with a place itself."""
    use = uses.of(place)
    return bool(use.shots or use.marks or use.demands)


def method_of(place: Place, uses: Uses) -> Function:
    """Return the method that all calls fit: those of the place, else those of its name anywhere."""
    known = uses.of(place).shots
    made = function_of(place if known else Place(ANYWHERE, place.steps[-1:]), uses)
    return replace(made, manner=Manner.METHOD)


def class_method_of(place: Place, uses: Uses) -> Function:
    """Return the class method that all calls of a place fit."""
    made = function_of(place, uses)
    inside = uses.below(place.then(CALL))
    if not made.result and any(step.isidentifier() for step in inside):
        made = replace(made, result=f"{place.path}::{place.steps[0]}")
    return replace(made, manner=Manner.CLASS_METHOD)
