"""The class that all uses of it and of its instances fit: plain, of data, an exception, an enumeration."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tddbot.generator.offline.scaffold.forms import Class, Constant, Function, Manner
from tddbot.generator.offline.scaffold.functions import class_method_of, constant_kind, is_used, method_of, result_of
from tddbot.generator.offline.scaffold.parameters import ANYTHING, Parameter, parameters
from tddbot.generator.offline.scaffold.usage import CALL, Mark, Place, Uses

_OF_EXCEPTIONS = frozenset({"args", "with_traceback", "add_note"})
_OF_ALL = frozenset({"__class__", "__dict__", "__name__", "__doc__", "__module__", "__init__", "__eq__", "__hash__"})
_OF_ENUMS = frozenset({"name", "value", "__members__"})
_ENTERING = {Mark.ENTERED: ("__enter__", "__exit__", False), Mark.ENTERED_LATER: ("__aenter__", "__aexit__", True)}


def class_of(place: Place, uses: Uses, is_instance: bool = False) -> Class:
    """Return the class that calls of a place and uses of its instances fit; `is_instance`: the place is one itself."""
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
    start = ANYTHING if is_unseen else made
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


def exception_of(place: Place, uses: Uses) -> Class:
    """Return the exception that a place is raised or caught as."""
    made = parameters(uses.of(place).shots)
    names = [step for step in uses.below(place.then(CALL)) if step.isidentifier() and step not in _OF_EXCEPTIONS]
    names = [name for name in names if not name.startswith("__")]
    keeps = len(made) > 1 or any(parameter.name in names for parameter in made)
    functions = [] if not keeps else [Function("__init__", made, "None", Manner.METHOD)]
    own = {parameter.name for parameter in made} if keeps else set()
    # No property: whoever raises it may set it.
    constants = tuple(Constant(name, constant_kind(place.then(CALL, name), uses)) for name in names if name not in own)
    default = "Warning" if place.steps[-1].endswith("Warning") else "Exception"
    return Class(place.steps[-1], _base(place, uses) or default, constants, functions=tuple(functions), keeps=keeps)


def enumeration_of(place: Place, uses: Uses, attributes: Sequence[str]) -> Class | None:
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
        return method_of(called, uses)
    used = next((each for each in places if is_used(each, uses)), places[0])
    return Function(name, result=result_of(used, uses), manner=Manner.PROPERTY)


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
            functions.append(class_method_of(place.then(name), uses))
        else:
            constants.append(Constant(name, constant_kind(place.then(name), uses)))
    return constants, functions


def _base(place: Place, uses: Uses) -> str:
    return next((base for base in uses.of(place).bases if base), "")


def _instances(place: Place, uses: Uses) -> list[Place]:
    """Where instances of a class are met: what it is called for, and what its class methods give."""
    found = [place.then(CALL)]
    for step in uses.below(place):
        made = place.then(step, CALL)
        if step.isidentifier() and any(each.isidentifier() for each in uses.below(made)):
            found.append(made)
    return found
