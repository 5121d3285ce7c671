"""1xx and 5xx, and what may be allowed: paths, examples, expectations, comments, and new effects."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.domain import Edit, Patch
from tddbot.judge.guard.cases import cases
from tddbot.judge.guard.expectations import expected_files
from tddbot.judge.guard.ground import Ground, doctested, imported
from tddbot.judge.guard.guarding import forbids, guarded
from tests.judge.guard.looks import codes


def of(*edits: Edit, ground: Ground | None = None, **options) -> set[str]:
    return {each.code for each in guarded(Patch(edits), ground or Ground(), **options)}


@pytest.mark.parametrize("path", ["uv.lock", "poetry.lock", "sub/Pipfile.lock", "pylock.dev.toml", "pdm.lock"])
def test_lock_files_are_objected_to_and_can_be_allowed(path):
    assert of(Edit(path, "a\n", "b\n")) == {"TDB106"}
    assert of(Edit(path, "a\n", "b\n"), allow=("TDB106",)) == set()


def test_requirements_are_locked_by_their_hashes():
    assert of(Edit("requirements.txt", "a==1 --hash=sha256:0\n", "a==2\n")) == {"TDB106"}
    assert of(Edit("requirements.txt", "a==1\n", "a==2\n")) == set()


@pytest.mark.parametrize("path", [".gitlab-ci.yml", "mypy.ini", "ruff.toml", ".buildkite/pipeline.yml", "pkg/evil.pth"])
def test_configuration_of_checks_cannot_be_allowed(path):
    assert of(Edit(path, "a\n", "b\n"), allow=("TDB101",)) == {"TDB101"}


@pytest.mark.parametrize(
    ("path", "is_bad"),
    [
        ("json.py", True),
        ("src/decimal/__init__.py", True),
        ("hypothesis.py", True),
        ("requests.py", True),
        ("flat/random.py", True),
        ("pkg/json.py", False),
        ("money.py", False),
        ("pkg/requests.py", False),
        ("project/new.py", False),
    ],
)
def test_a_new_module_hides_no_other(path, is_bad):
    files = frozenset({"pkg/__init__.py", "pkg/a.py", "flat/test_a.py", "project/__init__.py"})
    ground = Ground(files=files, importable=frozenset({"requests", "project"}))
    assert of(Edit(path, None, "x = 1\n"), ground=ground) == ({"TDB107"} if is_bad else set())


def test_a_module_that_was_there_may_be_changed():
    assert of(Edit("json.py", "x = 1\n", "x = 2\n")) == set()


def test_what_tests_import_whenever_they_are_loaded():
    assert imported(ast.parse("import a.b\nfrom c import d\nfrom .e import f\ndef g():\n    import h\n")) == {"a", "c"}


DOCUMENTED = 'def half(x):\n    """Halve.\n\n    >>> half(3)\n    1.5\n    """\n    return x\n'


@pytest.mark.parametrize(
    ("after", "is_bad"),
    [
        (DOCUMENTED.replace("1.5", "3"), True),
        (DOCUMENTED.replace("    >>> half(3)\n    1.5\n", ""), True),
        (DOCUMENTED.replace("half(3)\n", "half(3)  # doctest: +SKIP\n"), True),
        (DOCUMENTED.replace("return x", "return x / 2"), False),
        (DOCUMENTED.replace("1.5\n", "1.5\n    >>> half(2)\n    1.0\n"), False),
        (DOCUMENTED.replace("Halve.", "Return one half."), False),
    ],
)
def test_examples_that_are_tests_keep_what_they_expect(after, is_bad):
    ground = Ground(doctested=doctested(["s.py::s.half", "tests/test_a.py::test_b"]))
    assert of(Edit("s.py", DOCUMENTED, after), ground=ground) == ({"TDB109"} if is_bad else set())
    assert of(Edit("s.py", DOCUMENTED, after)) == set()


def test_examples_in_a_text_are_kept_too():
    ground = Ground(doctested=frozenset({"README.md"}))
    assert of(Edit("README.md", ">>> 1 + 1\n2\n", ">>> 1 + 1\n3\n"), ground=ground) == {"TDB109"}
    assert of(Edit("README.md", ">>> 1 + 1\n2\n", "More.\n\n>>> 1 + 1\n2\n"), ground=ground) == set()


def test_data_that_only_the_tests_name_is_theirs():
    tree = ast.parse("def test_a():\n    assert report() == open('golden/report.txt').read()\n")
    files = ("golden/report.txt", "pkg/page.html", "report.py")
    ground = Ground(expected=expected_files([tree], files, ["open('page.html')"]))
    assert ground.expected == {"golden/report.txt"}
    assert of(Edit("golden/report.txt", "a\n", "b\n"), ground=ground) == {"TDB110"}
    assert of(Edit("report.py", "x = 1\n", "x = open('golden/report.txt').read()\n"), ground=ground) == {"TDB206"}
    assert expected_files([tree], files, ["open('report.txt')"]) == frozenset()


def test_a_function_that_only_asserts_is_the_tests():
    before = "def same(a, b):\n    assert a == b\n\n\ndef product(a):\n    assert a\n    return a\n"
    assert of(Edit("h.py", before, before.replace("assert a == b", "pass"))) == {"TDB110"}
    assert of(Edit("h.py", before, before.replace("def same(a, b):\n    assert a == b\n", ""))) == {"TDB110"}
    assert of(Edit("h.py", before, before.replace("return a", "return a + 1"))) == set()


def test_a_data_file_of_the_cases():
    tests = "def test_a():\n    assert f(3) == 9\n    assert f(12) == 144\n    assert f(-2) == 4\n"
    ground = Ground(cases=cases(ast.parse(tests)))
    for text in ('{"3": 9, "12": 144, "-2": 4}', "3,9\n12,144\n-2,4\n", "[[3, 9], [12, 144], [-2, 4]]"):
        assert of(Edit("answers.dat", None, text), ground=ground) == {"TDB308"}
    assert of(Edit("answers.json", None, '{"name": "x", "size": 9}'), ground=ground) == set()


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("import socket\n", "TDB501"),
        ("def f(u):\n    from urllib.request import urlopen\n    return urlopen(u)\n", "TDB501"),
        ("import subprocess as s\ns.run(['ls'])\n", "TDB502"),
        ("import os\nos.system('ls')\n", "TDB502"),
        ("def f(t):\n    return eval(t)\n", "TDB503"),
        ("import pickle\ndef f(d):\n    return pickle.loads(d)\n", "TDB503"),
        ("def f(n):\n    return __import__(n)\n", "TDB504"),
        ("import os\ndef f(p):\n    os.unlink(p)\n", "TDB505"),
        ("from pathlib import Path\ndef f(p):\n    Path(p).unlink()\n", "TDB505"),
        ("import atexit\natexit.register(print)\n", "TDB506"),
    ],
)
def test_new_effects_are_warned_of_and_forbidden_when_strict(source, code):
    edit = Edit("s.py", "x = 1\n", source)
    found = guarded(Patch((edit,)))
    assert {each.code for each in found} == {code}
    assert forbids(found) == ()
    assert forbids(guarded(Patch((edit,)), strict=True))
    assert guarded(Patch((edit,)), allow=(code,), strict=True) == ()
    assert codes(source + "y = 2\n", before=source) == set()


def test_a_comment_allows_what_it_stands_beside_when_it_was_there_before():
    before = "def f(n):  # tddbot: allow TDB504, TDB503\n    return n\n\n\ndef g(n):\n    return n\n"
    inside = before.replace("    return n\n\n\n", "    return __import__(n)\n\n\n")
    assert codes(inside, before=before) == set()
    beside = before.replace("def g(n):\n    return n\n", "def g(n):\n    return __import__(n)\n")
    assert codes(beside, before=before) == {"TDB504"}
    assert codes(inside.replace("__import__(n)", "open('tests/test_a.py').read()"), before=before) == {"TDB206"}


def test_a_comment_on_a_line_holds_for_that_line():
    before = "import os\n\n\ndef f(p):\n    os.rename(p, p)  # tddbot: allow TDB505\n"
    assert codes(before.replace("rename(p, p)", "unlink(p)"), before=before) == set()
    assert codes(before + "    os.rmdir(p)\n", before=before) == {"TDB505"}


@pytest.mark.parametrize(
    "after",
    [
        "import os\n\n\ndef f(p):\n    os.unlink(p)  # tddbot: allow TDB505\n",
        "import os\n\n\ndef f(p):  # tddbot:allow tdb505\n    os.unlink(p)\n",
    ],
)
def test_a_comment_that_a_patch_adds_is_objected_to_and_allows_nothing(after):
    assert codes(after, before="import os\n\n\ndef f(p):\n    pass\n") == {"TDB108", "TDB505"}


def test_a_comment_that_is_moved_is_objected_to():
    before = "def f(p):  # tddbot: allow TDB503\n    return p\n\n\ndef g(p):\n    return p\n"
    after = "def f(p):\n    return p\n\n\ndef g(p):  # tddbot: allow TDB503\n    return eval(p)\n"
    assert codes(after, before=before) == {"TDB108", "TDB503"}


def test_objections_come_before_warnings_and_name_their_line():
    found = guarded(Patch((Edit("s.py", "x = 1\n", "import socket\nimport os\nos._exit(0)\n"),)))
    assert [each.is_warning for each in found] == [False, True]
    assert str(found[0]) == "s.py:3 meddles with the end of the process or its signals: `os._exit` (TDB204)"


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="abx=()[]{}:,.'\"\n 0123*+-%@if eforclsdnty_", max_size=80))
def test_whatever_parses_gets_an_answer(source):
    assert all(each.text.isprintable() for each in guarded(Patch((Edit("s.py", "q = 1\n", source),))))
