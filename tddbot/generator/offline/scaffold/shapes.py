"""What a missing name must be, by how it is used: a function, a class of some sort, an exception, a constant."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tddbot.generator.offline.scaffold import kinds
from tddbot.generator.offline.scaffold.looking import is_class_name
from tddbot.generator.offline.scaffold.parameters import Parameter, parameters
from tddbot.generator.offline.scaffold.usage import (
    ALL,
    ANYWHERE,
    AWAIT,
    CALL,
    ITEM,
    Argument,
    Mark,
    Place,
    Shot,
    Uses,
)  # fmt: skip

_EXCEPTIONS = ("Error", "Exception", "Warning", "Exit", "Interrupt")
_OF_EXCEPTIONS = frozenset({"args", "with_traceback", "add_note"})
_OF_ALL = frozenset({"__class__", "__dict__", "__name__", "__doc__", "__module__", "__init__", "__eq__", "__hash__"})
_OF_ENUMS = frozenset({"name", "value", "__members__"})
_OF_MOCKS = frozenset({"return_value", "side_effect", "called", "call_count", "call_args", "cache_clear"})
_SEVERAL = 2
_ENTERING = {Mark.ENTERED: ("__enter__", "__exit__", False), Mark.ENTERED_LATER: ("__aenter__", "__aexit__", True)}


_ANY = (Parameter("args", stars="*"), Parameter("kwargs", stars="**"))


class Manner(Enum):
    """How a function is called."""

    PLAIN = ""
    METHOD = "self"
    CLASS_METHOD = "cls"
    PROPERTY = "property"


class Gift(Enum):
    """How a function hands out what it makes: it returns it, for a `with` statement, or item by item."""

    RESULT = "return"
    WITH = "with"
    ITEMS = "items"


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method; `manner` says of what, and `gives` how it hands out what it makes."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    result: str = ""
    manner: Manner = Manner.PLAIN
    is_async: bool = False
    gives: Gift = Gift.RESULT


@dataclass(frozen=True, slots=True)
class Constant:
    """A name with an empty value of its kind."""

    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Class:
    """A class: plain, of an exception, an enumeration (its `members` are then names), or with `fields` a dataclass.

    `instance` is a name for an object of it, where the tests use only that.
    """

    name: str
    base: str = ""
    constants: tuple[Constant, ...] = ()
    fields: tuple[Parameter, ...] = ()
    functions: tuple[Function, ...] = ()
    members: tuple[str, ...] = ()
    has_texts: bool = False
    instance: str = ""


Shape = Function | Constant | Class


def shape_of(place: Place, uses: Uses) -> Shape:
    """Return what a name of a module must be."""
    name, use, inside = place.steps[-1], uses.of(place), tuple(uses.below(place))
    attributes = [step for step in inside if step.isidentifier() and step not in _OF_MOCKS]
    is_made = any(uses.of(place.then(step)).shots for step in attributes)
    is_raised = Mark.RAISED in use.marks or (name.endswith(_EXCEPTIONS) and not is_made)
    if is_raised and (is_class_name(name) or not use.shots):
        return _exception(place, uses)
    is_gone_through = Mark.ITERATED in use.marks and not use.shots and not attributes
    is_class = is_class_name(name) or (bool(use.shots) and name.lstrip("_")[:1].isupper()) or _is_built(place, uses)
    if (is_class and not is_gone_through) or use.marks & {Mark.SUBCLASSED, Mark.CHECKED}:
        return _enumeration(place, uses, attributes) or _class(place, uses)
    if use.shots or Mark.DECORATES in use.marks:
        return function_of(place, uses)
    called = [each for each in attributes if uses.of(place.then(each)).shots]
    if called or attributes:
        made = _class(place, uses, is_instance=True)
        return replace(made, name=_class_name(name), instance=name)
    is_value = any(use.demands) or use.marks & {Mark.ITERATED, Mark.NUMBER} or ITEM in inside
    if name.isupper() or is_value:
        return Constant(name, constant_kind(place, uses))
    return Function(name, _ANY)


def loosened(shape: Shape, loose: Collection[str]) -> Shape:
    """Return a shape of which what is called by a name in `loose` takes any arguments."""
    match shape:
        case Function(name=name) if name in loose:
            return replace(shape, parameters=_ANY)
        case Class(name=name, functions=functions):
            made = tuple(replace(each, parameters=_ANY) if each.name in loose else each for each in functions)
            if name not in loose:
                return replace(shape, functions=made)
            start = Function("__init__", _ANY, "None", Manner.METHOD)
            return replace(
                shape,
                fields=(),
                has_texts=False,
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
    if _is_used(on_class, uses) and not _is_used(place, uses):
        if uses.of(on_class).shots:
            return _class_method(on_class, uses)
        return Constant(name, constant_kind(on_class, uses))
    if uses.of(place).shots or (uses.of(anywhere).shots and not any(uses.of(place).demands)):
        return _method(place, uses)
    return Function(name, result=_result(place, uses), manner=Manner.PROPERTY)


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
        result=_result(result.then(AWAIT) if Mark.AWAITED in marks else result, uses),
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


def _result(result: Place, uses: Uses) -> str:
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


def _is_used(place: Place, uses: Uses) -> bool:
    use = uses.of(place)
    return bool(use.shots or use.marks or use.demands)


def _method(place: Place, uses: Uses) -> Function:
    known = uses.of(place).shots
    made = function_of(place if known else Place(ANYWHERE, place.steps[-1:]), uses)
    return replace(made, manner=Manner.METHOD)


def _class_method(place: Place, uses: Uses) -> Function:
    made = function_of(place, uses)
    inside = uses.below(place.then(CALL))
    if not made.result and any(step.isidentifier() for step in inside):
        made = replace(made, result=f"{place.path}::{place.steps[0]}")
    return replace(made, manner=Manner.CLASS_METHOD)


def _instances(place: Place, uses: Uses) -> list[Place]:
    """Where instances of a class are met: what it is called for, and what its class methods give."""
    found = [place.then(CALL)]
    for step in uses.below(place):
        made = place.then(step, CALL)
        if step.isidentifier() and any(each.isidentifier() for each in uses.below(made)):
            found.append(made)
    return found


def _class(place: Place, uses: Uses, is_instance: bool = False) -> Class:
    instances = [place] if is_instance else _instances(place, uses)
    shots = [] if is_instance else uses.of(place).shots
    made = parameters(shots)
    names = dict.fromkeys(
        step for instance in instances for step in uses.below(instance) if step.isidentifier() and step not in _OF_ALL
    )
    made = _named_after(made, [name for name in names if not any(uses.of(each.then(name)).shots for each in instances)])
    is_data = _is_data(place, made, names, instances, uses)
    fields = made if is_data else ()
    of_itself = any(step.isidentifier() for step in uses.below(place))
    is_unseen = not (shots or is_instance or of_itself or Mark.SUBCLASSED in uses.of(place).marks)
    start = _ANY if is_unseen else made
    functions = [] if is_data or not start else [Function("__init__", start, "None", Manner.METHOD)]
    own = {parameter.name for parameter in fields}
    stored = [name for name in names if any(Mark.STORED in uses.of(each.then(name)).marks for each in instances)]
    for name in names:
        if name not in own and name not in stored:
            functions.append(_of_instance(name, instances, uses))
    functions += _entering(instances, uses, set(names))
    constants, of_class = ([], []) if is_instance else _of_class(place, uses, set(names))
    constants += [Constant(name, constant_kind(instances[0].then(name), uses)) for name in stored if name not in own]
    return Class(place.steps[-1], _base(place, uses), tuple(constants), fields, (*of_class, *functions))


def _named_after(made: Sequence[Parameter], attributes: Sequence[str]) -> tuple[Parameter, ...]:
    """Parameters for which callers have no name are the attributes that are read, where there are as many of both."""
    unnamed = [each for each in made if len(each.name) == 1 and each.name not in attributes and not each.stars]
    free = [name for name in attributes if name not in {each.name for each in made} and not name.startswith("_")]
    if len(unnamed) != len(free):
        return tuple(made)
    names = dict(zip((each.name for each in unnamed), free, strict=True))
    return tuple(replace(each, name=names.get(each.name, each.name)) for each in made)


def _is_data(
    place: Place, made: Sequence[Parameter], names: Iterable[str], instances: Sequence[Place], uses: Uses
) -> bool:
    """Whether the constructor's arguments are read as attributes, or instances are compared with each other."""
    if not made or any(parameter.stars for parameter in made):
        return False
    read = {name for name in names if not any(uses.of(each.then(name)).shots for each in instances)}
    is_bare = read == set(names) and Mark.EQUATED in uses.of(place).marks
    return is_bare or any(parameter.name in read for parameter in made)


def _of_instance(name: str, instances: Sequence[Place], uses: Uses) -> Function:
    places = [each.then(name) for each in instances]
    called = next((each for each in places if uses.of(each).shots), None)
    if called:
        return _method(called, uses)
    used = next((each for each in places if _is_used(each, uses)), places[0])
    return Function(name, result=_result(used, uses), manner=Manner.PROPERTY)


def _entering(instances: Sequence[Place], uses: Uses, known: set[str]) -> list[Function]:
    found = []
    marks = {mark for each in instances for mark in uses.of(each).marks}
    for mark, (enter, leave, is_async) in _ENTERING.items():
        if mark in marks and enter not in known:
            found.append(Function(enter, manner=Manner.METHOD, is_async=is_async))
            rest = (Parameter("exception", stars="*"),)
            found.append(Function(leave, rest, "None", Manner.METHOD, is_async))
    if Mark.ITERATED in marks and not known & {"__iter__", "__contains__", "__getitem__"}:
        found.append(Function("__iter__", manner=Manner.METHOD))
    if Mark.ITERATED_LATER in marks and "__aiter__" not in known:
        found.append(Function("__aiter__", manner=Manner.METHOD))
    return found


def _of_class(place: Place, uses: Uses, known: set[str]) -> tuple[list[Constant], list[Function]]:
    """What is used of the class itself; what instances have, too, is theirs."""
    constants, functions = [], []
    for name in uses.below(place):
        if not name.isidentifier() or name in known or name.startswith("__"):
            continue
        if uses.of(place.then(name)).shots:
            functions.append(_class_method(place.then(name), uses))
        else:
            constants.append(Constant(name, constant_kind(place.then(name), uses)))
    return constants, functions


def _base(place: Place, uses: Uses) -> str:
    return next((base for base in uses.of(place).bases if base), "")


def _exception(place: Place, uses: Uses) -> Class:
    made = parameters(uses.of(place).shots)
    names = [step for step in uses.below(place.then(CALL)) if step.isidentifier() and step not in _OF_EXCEPTIONS]
    names = [name for name in names if not name.startswith("__")]
    has_texts = len(made) > 1 or any(parameter.name in names for parameter in made)
    functions = [] if not has_texts else [Function("__init__", made, "None", Manner.METHOD)]
    own = {parameter.name for parameter in made} if has_texts else set()
    functions += [
        Function(name, result=_result(place.then(CALL, name), uses), manner=Manner.PROPERTY)
        for name in names
        if name not in own
    ]
    default = "Warning" if place.steps[-1].endswith("Warning") else "Exception"
    return Class(place.steps[-1], _base(place, uses) or default, functions=tuple(functions), has_texts=has_texts)


def _enumeration(place: Place, uses: Uses, attributes: Sequence[str]) -> Class | None:
    """An enumeration, where the class has members in capitals, and nothing on it is called."""
    members = [name for name in attributes if name.isupper()]
    use = uses.of(place)
    others = [name for name in attributes if not name.isupper() and name not in _OF_ENUMS]
    inner = {step for name in members for step in uses.below(place.then(name))}
    is_one = len(members) > 1 or bool(inner & _OF_ENUMS) or Mark.ITERATED in use.marks
    if not members or not is_one or others or any(uses.of(place.then(name)).shots for name in members):
        return None
    texts = any(kind == "str" for name in members for kind in uses.of(place.then(name, "value")).demands)
    texts = texts or any(argument.kind == "str" for shot in use.shots for argument in shot.arguments)
    return Class(place.steps[-1], "enum.Enum", members=tuple(members), has_texts=texts)


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.strip("_").split("_")) or "Object"
