"""What a missing name must be, by how it is used: a function, a class of some sort, an exception, a constant."""

from collections.abc import Collection
from dataclasses import replace

from tddbot.generator.offline.scaffold.classes import class_of, enumeration_of, exception_of
from tddbot.generator.offline.scaffold.forms import Class, Constant, Function, Manner, Shape
from tddbot.generator.offline.scaffold.functions import (
    class_method_of,
    constant_kind,
    function_of,
    is_used,
    method_of,
    result_of,
)
from tddbot.generator.offline.scaffold.parameters import ANYTHING
from tddbot.generator.offline.scaffold.results import is_class_name
from tddbot.generator.offline.scaffold.usage import (
    ANYWHERE,
    CALL,
    ITEM,
    Mark,
    Place,
    Uses,
)  # fmt: skip

_EXCEPTIONS = ("Error", "Exception", "Warning", "Exit", "Interrupt")
_OF_MOCKS = frozenset({"return_value", "side_effect", "called", "call_count", "call_args", "cache_clear"})
_SEVERAL = 2


def shape_of(place: Place, uses: Uses) -> Shape:
    """Return what a name of a module must be."""
    name, use, inside = place.steps[-1], uses.of(place), tuple(uses.below(place))
    attributes = [step for step in inside if step.isidentifier() and step not in _OF_MOCKS]
    is_made = any(uses.of(place.then(step)).shots for step in attributes)
    is_raised = Mark.RAISED in use.marks or (name.endswith(_EXCEPTIONS) and not is_made)
    if is_raised and (is_class_name(name) or not use.shots):
        return exception_of(place, uses)
    is_gone_through = Mark.ITERATED in use.marks and not use.shots and not attributes
    is_class = is_class_name(name) or (bool(use.shots) and name.lstrip("_")[:1].isupper()) or _is_built(place, uses)
    if (is_class and not is_gone_through) or use.marks & {Mark.SUBCLASSED, Mark.CHECKED}:
        return enumeration_of(place, uses, attributes) or class_of(place, uses)
    if use.shots or Mark.DECORATES in use.marks:
        return function_of(place, uses)
    called = [each for each in attributes if uses.of(place.then(each)).shots]
    if called or attributes:
        made = class_of(place, uses, is_instance=True)
        return replace(made, name=_class_name(name), instance=name)
    is_value = any(use.demands) or use.marks & {Mark.ITERATED, Mark.NUMBER} or ITEM in inside
    if name.isupper() or is_value:
        return Constant(name, constant_kind(place, uses))
    return Function(name, ANYTHING)


def loosened(shape: Shape, loose: Collection[str]) -> Shape:
    """Return a shape of which what is called by a name in `loose` takes any arguments."""
    match shape:
        case Function(name=name) if name in loose:
            return replace(shape, parameters=ANYTHING)
        case Class(name=name, functions=functions):
            made = tuple(replace(each, parameters=ANYTHING) if each.name in loose else each for each in functions)
            if name not in loose:
                return replace(shape, functions=made)
            start = Function("__init__", ANYTHING, "None", Manner.METHOD)
            return replace(
                shape,
                fields=(),
                keeps=False,
                functions=(start, *(each for each in made if each.name != "__init__")),
            )
    return shape


def _is_built(place: Place, uses: Uses) -> bool:
    """Whether what calls give has several methods, as instances of a class have."""
    made = place.then(CALL)
    called = [step for step in uses.below(made) if step.isidentifier() and uses.of(made.then(step)).shots]
    return len(called) >= _SEVERAL and "_" not in place.steps[-1].strip("_")


def member_of(place: Place, uses: Uses) -> Shape:
    """Return what a missing member of a class must be; `place` is that of an instance's attribute."""
    name, owner = place.steps[-1], Place(place.path, place.steps[:1])
    on_class, anywhere = owner.then(name), Place(ANYWHERE, (name,))
    if is_used(on_class, uses) and not is_used(place, uses):
        if uses.of(on_class).shots:
            return class_method_of(on_class, uses)
        return Constant(name, constant_kind(on_class, uses))
    if uses.of(place).shots or (uses.of(anywhere).shots and not any(uses.of(place).demands)):
        return method_of(place, uses)
    return Function(name, result=result_of(place, uses), manner=Manner.PROPERTY)


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.strip("_").split("_")) or "Object"
