"""The record of a patch comes back as it was kept, and one of an earlier version without what was not kept then."""

import json
from dataclasses import fields, replace
from decimal import Decimal

from tddbot.domain import Edit, Evidence, Kind, Option, Patch, Question, Usage
from tddbot.proof import Gate, Objection, Unpinned
from tddbot.store.codec import from_json, to_json

ODD = "tests/\udcff é\n.py"
PATCH = Patch((Edit(ODD, None, "x\r\n"), Edit("b.py", "1", None)))
PLAIN = Evidence(
    PATCH.id, (f"{ODD}::t",), "cause", "tree", ("t",), 7, 2, "namespaces", "model:m", "note",
    Usage(2, 10, 5, 3, 1, Decimal("0.0123")), 1.5,
)  # fmt: skip
WHOLE = replace(
    PLAIN,
    held=("cold proof", "tree unchanged"),
    kind=Kind.ROLLBACK,
    repeats=3,
    without=2,
    seeds=("hash 1, order 1", "hash 2"),
    flaky=(f"{ODD}::u",),
    lacks=("it is a copy",),
    guard=(Objection("TDB301", ODD, 3, "opens a socket", is_warning=True),),
    gates=(Gate("ruff", ("a.py:1: F401 os",)), Gate("mypy", fault="it took too long", may_veto=True)),
    uncovered=("a.py:3: return 1",),
    unpinned=(Unpinned("a.py", 3, "`<` is `<=`", "def test_it():\n    ..."),),
    question=Question((Option(PATCH, "one", "assert f() == 1"), Option(PATCH.inverse(), "other")), "f()", ODD),
    model="m",
    effort="high",
    digests={ODD: "ab" * 32, "b.py": ""},
)


def test_a_whole_record_comes_back():
    assert all(getattr(WHOLE, field.name) != getattr(PLAIN, field.name) for field in fields(Evidence)[12:])
    assert from_json(to_json(WHOLE), Evidence) == WHOLE


def test_a_record_of_an_earlier_version_is_read():
    old = {name: value for name, value in json.loads(to_json(WHOLE)).items() if name in _FIRST}
    assert from_json(json.dumps(old), Evidence) == PLAIN


_FIRST = [field.name for field in fields(Evidence)[:12]]
