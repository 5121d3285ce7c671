"""A pytest plugin for the project's own Python: notes which functions are called while tests run, by test file.

What it found is written as JSON to the file that `CALLED_TO` names: {test file: [[source file, first line], …]}.
"""

import json
import os
import sys

import pytest

_called = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    seen = _called.setdefault(item.nodeid.partition("::")[0], set())

    def note(frame, event, _argument):
        if event == "call":
            seen.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    sys.setprofile(note)
    yield
    sys.setprofile(None)


def pytest_unconfigure():
    with open(os.environ["CALLED_TO"], "w", encoding="utf-8") as file:
        json.dump({test: sorted(seen) for test, seen in _called.items()}, file)
