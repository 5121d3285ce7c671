"""The map of a repository: bounded, sorted, and of the files nearest to the target where it must be cut."""

import pytest

from tddbot.context.bounds import MAP
from tddbot.context.code.files import Files
from tddbot.context.code.overview import overview
from tddbot.context.nearness import nearest_first
from tddbot.domain import Role
from tests.context.privacy.test_secrets import KEYS
from tests.context.test_brief import REPOSITORY, briefed, paths, reader, red

TREE = {
    "a.py": "import os\nX = 1\nY: int = 2\n_z = 3\nclass A:\n    def method(self): 0\n"
    "def f(): 0\nif 1:\n    def g(): 0\n",
    "pkg/__init__.py": "from pkg.b import *\n__all__ = ['shown']\ndef shown(): 0\ndef not_shown(): 0\n",
    "pkg/broken.py": "def (\n",
    "pkg/test_c.py": "def test_c(): 0\n",
    "tests/helpers.py": "def help_(): 0\n",
    "notes.md": "",
}


def test_each_module_with_the_names_that_it_has_for_others():
    assert overview(Files(list(TREE), reader(TREE)), ["a.py"]).splitlines() == [
        "a.py: X, Y, A, f, g",
        "pkg/__init__.py: shown",
        "pkg/broken.py",
    ]


def many(count: int) -> dict[str, str]:
    return {f"part{n % 10}/sub{n % 3}/module{n:05}.py": f"def function_{n}(): 0\n" for n in range(count)}


def test_the_nearest_stay_where_it_must_be_cut():
    files = many(2000)
    text = overview(Files(list(files), reader(files)), ["part7/sub1/module00007.py"])
    lines = text.splitlines()
    assert 0.9 * MAP < len(text) <= MAP
    assert lines[-1] == f"[{2000 - len(lines) + 1} more Python files: not shown]"
    assert lines[:-1] == sorted(lines[:-1])
    listed = {line.partition("module")[0] for line in lines[:-1]}
    assert "part7/sub1/" in listed
    assert {line.partition("/")[0] for line in listed} <= {"part7", *(f"part{n}" for n in range(2))}


def test_it_does_not_read_a_large_repository_through():
    files, opened = many(20_000), set[str]()

    def read(path: str) -> bytes | None:
        opened.add(path)
        return reader(files)(path)

    overview(Files(list(files), read), ["part7/sub1/module00007.py"])
    assert len(opened) <= 400


def test_many_names_of_one_file_are_cut():
    files = {"a.py": "".join(f"def function_{n}(): 0\n" for n in range(500)), "b.py": "y" * 500 + " = 1\n"}
    one, other = overview(Files(list(files), reader(files)), ["a.py"]).splitlines()
    assert len(one) < 320
    assert one.endswith(", …")
    assert other == "b.py: …"


def test_it_is_left_out_where_all_is_shown_anyway():
    files = {"a.py": "", "tests/test_a.py": "import a\n"}
    assert paths(briefed(files, red("tests/test_a.py::t")), Role.MAP) == []
    assert paths(briefed({**files, "b.py": ""}, red("tests/test_a.py::t")), Role.MAP) == [""]


def test_a_key_in_a_name_is_taken_out():
    key = KEYS["GitHub token"]
    brief = briefed({**REPOSITORY, f"shop/{key}.py": ""}, red("tests/unit/test_price.py::t"))
    assert key not in repr(brief)


@pytest.mark.parametrize(
    ("places", "order"),
    [
        (["a/b/x.py"], ["a/b/y.py", "a/y.py", "a/c/y.py", "y.py", "d/y.py"]),
        (["d/x.py", "x.py"], ["d/y.py", "y.py", "a/y.py", "a/b/y.py", "a/c/y.py"]),
        ([], ["y.py", "a/y.py", "d/y.py", "a/b/y.py", "a/c/y.py"]),
    ],
)
def test_nearness(places, order):
    assert nearest_first(["a/b/y.py", "a/c/y.py", "a/y.py", "d/y.py", "y.py"], places) == order
