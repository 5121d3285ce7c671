"""What a scaffold is made of: functions, constants and classes, before they are written down."""

from dataclasses import dataclass
from enum import Enum

from tddbot.generator.offline.scaffold.parameters import Parameter


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

    `has_texts` gives an enumeration's members texts for values, `keeps` has an exception keep its arguments as
    attributes. `instance` is a name for an object of it, where the tests use only that.
    """

    name: str
    base: str = ""
    constants: tuple[Constant, ...] = ()
    fields: tuple[Parameter, ...] = ()
    functions: tuple[Function, ...] = ()
    members: tuple[str, ...] = ()
    has_texts: bool = False
    keeps: bool = False
    instance: str = ""


Shape = Function | Constant | Class
