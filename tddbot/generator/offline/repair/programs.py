"""Whether two edits make the same program: judged by what CPython compiles, not by the letters."""

from types import CodeType

from tddbot.parsing import quietly

Mark = tuple[object, ...]
"""What is equal for two pieces of code that do the same step by step, wherever they stand."""


def compiled(code: str) -> CodeType | None:
    """Compile a piece of a module, or return None; what Python warns of is left to the project's own Python."""
    try:
        with quietly():
            return compile(code, "<candidate>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return None


def mark(code: CodeType) -> Mark:
    """Return what a code object does, without where its lines are."""
    constants = tuple(mark(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    return (code.co_name, code.co_code, constants, names, counts, code.co_exceptiontable)
