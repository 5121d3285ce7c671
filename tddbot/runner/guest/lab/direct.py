"""Tests that are nothing but a function and its parameters: called directly, which costs a tenth of pytest's protocol.

What is red so is red. What is green so is run again, by the protocol.
"""

from __future__ import annotations

import inspect
from typing import Any, Callable, Dict, Optional, Sequence

import pytest
from _pytest.outcomes import Failed, OutcomeException

from tddbot.runner.guest.lab.crew import At, Tell
from tddbot.runner.guest.lab.trial import Entry, Red, why

Call = Callable[[], Any]

UNSURE = {"unsure": True}
_PSEUDO = "get_direct_param_fixture_func"


class UnsureError(Exception):
    """Only the protocol can tell."""


def call_of(entry: Entry, root: str) -> Optional[Call]:
    """Return what calls the only test of an entry, or None where there is more to it than a function."""
    if len(entry.items) != 1 or type(entry.items[0]) is not pytest.Function:
        return None
    item = entry.items[0]
    if any(mark.name != "parametrize" for mark in item.iter_markers()) or not _is_plain(item.obj):
        return None
    given = _parameters(item)
    information = item._fixtureinfo
    others = set(information.names_closure) - given.keys()
    if set(information.argnames) - given.keys() or not all(_is_foreign(information, name, root) for name in others):
        return None
    arguments = {name: given[name] for name in information.argnames}
    return lambda: item.obj(**arguments)


def _is_plain(function: Any) -> bool:
    is_later = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
    return not is_later and not inspect.isgeneratorfunction(function)


def _parameters(item: Any) -> Dict[str, Any]:
    """Return what a test is given without a fixture's doing."""
    spec = getattr(item, "callspec", None)
    if spec is None:
        return {}
    if getattr(spec, "funcargs", None):  # before pytest 8
        return dict(spec.funcargs)
    known = item._fixtureinfo.name2fixturedefs
    return {
        name: value
        for name, value in spec.params.items()
        if [getattr(each.func, "__name__", "") for each in known.get(name) or ()][-1:] == [_PSEUDO]
    }


def _is_foreign(information: Any, name: str, root: str) -> bool:
    """Whether a fixture is used by itself, and is none of the repository's own."""
    fixtures = information.name2fixturedefs.get(name) or ()
    if name == "request":
        return True
    files = [getattr(getattr(each.func, "__code__", None), "co_filename", root) for each in fixtures]
    is_own = name.startswith(("_xunit_setup", "xunit_setup")) or any(file.startswith(root + "/") for file in files)
    return bool(files) and not is_own and root not in files


def _outcome(call: Call) -> Optional[Red]:
    """Call a test; return why it is red, or None where it is green. Raise UnsureError for what is neither."""
    try:
        call()
    except Failed as error:
        return why(error)
    except OutcomeException:
        raise UnsureError from None
    except BaseException as error:
        return why(error)
    return None


def run(calls: Sequence[Call], whole: bool, skip: int, tell: Tell, at: At) -> None:
    """Call tests but for the first `skip`, till the first that is red or all of them, telling what each came to.

    Where that is not the end of it, since none is red or one is neither, that is told, too.
    """
    is_red = False
    for number in range(skip, len(calls)):
        at(number)
        try:
            red = _outcome(calls[number])
        except UnsureError:
            is_red = False
            break
        tell({"n": number, "red": red})
        is_red = is_red or red is not None
        if is_red and not whole:
            return
    if not is_red:
        tell(UNSURE)
