"""What calls of Python's own come to, as far as their names tell it."""

import sys

_OF_TEXT = {
    **dict.fromkeys(("upper", "lower", "strip", "join", "format", "replace", "title", "rstrip", "lstrip"), "str"),
    **dict.fromkeys(("split", "splitlines"), "list[str]"), "encode": "bytes", "decode": "str",
}  # fmt: skip
_OF_BUILTINS = {
    **{name: name for name in ("int", "str", "float", "bool", "bytes", "complex", "bytearray", "object")},
    **dict.fromkeys(("len", "hash", "ord", "id", "round"), "int"),
    **dict.fromkeys(("repr", "chr", "ascii", "hex", "bin"), "str"),
    **dict.fromkeys(("isinstance", "issubclass", "callable", "any", "all", "hasattr"), "bool"),
    "range": "range",
}  # fmt: skip


def is_class_name(name: str) -> bool:
    """Whether a name is spelt as classes are."""
    bare = name.lstrip("_")
    return bare[:1].isupper() and not (len(bare) > 1 and bare.isupper())


def of_text(method: str) -> str:
    """Return the kind that a method of a text gives, or "" where it is not known."""
    return _OF_TEXT.get(method, "")


def of_library(dotted: str) -> str:
    """Return the kind of what a builtin gives, or a class of the standard library makes; "" where it is not known."""
    top, _, last = dotted.rpartition(".")
    if top == "builtins":
        return _OF_BUILTINS.get(last, "")
    known = last in ("date", "datetime", "timedelta", "time") if top == "datetime" else is_class_name(last)
    return dotted if known and top.partition(".")[0] in sys.stdlib_module_names else ""
