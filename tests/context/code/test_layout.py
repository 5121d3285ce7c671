import pytest

from tddbot.context.code.files import Files
from tddbot.context.code.imports import Import, imports, used_as_module
from tddbot.context.code.layout import Layout
from tddbot.context.code.remembered import parsed

PLAIN = ["pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/b.py", "tests/test_a.py", "setup.py"]
SRC = ["src/pkg/__init__.py", "src/pkg/a.py", "src/single.py", "tests/test_a.py", "tests/pkg/__init__.py", "noxfile.py"]
FLAT = ["stack.py", "test_stack.py", "docs/conf.py"]
KATAS = ["leap/leap.py", "leap/leap_test.py", "bob/bob.py", "bob/bob_test.py"]
INSIDE = ["pkg/__init__.py", "pkg/a.py", "pkg/tests/__init__.py", "pkg/tests/test_a.py"]
NAMESPACE = ["src/ns/one/a.py", "src/ns/two/b.py", "tests/test_a.py"]
DEEP = ["libs/core/pkg/__init__.py", "libs/core/pkg/a.py", "libs/core/tests/test_a.py"]


def layout(paths, **contents: str) -> Layout:
    return Layout(Files(paths, lambda path: contents.get(path, "").encode()))


@pytest.mark.parametrize(
    ("paths", "statement", "importer", "found"),
    [
        (PLAIN, "import pkg.a", "tests/test_a.py", ("pkg/a.py",)),
        (PLAIN, "import pkg.sub.b as b", "tests/test_a.py", ("pkg/sub/b.py",)),
        (PLAIN, "from pkg import a", "tests/test_a.py", ("pkg/a.py", "pkg/__init__.py")),
        (PLAIN, "from pkg import thing", "tests/test_a.py", ("pkg/__init__.py",)),
        (PLAIN, "from pkg.a import thing", "tests/test_a.py", ("pkg/a.py",)),
        (PLAIN, "import numpy", "tests/test_a.py", ()),
        (PLAIN, "import json", "tests/test_a.py", ()),
        (PLAIN, "from .sub import b", "pkg/a.py", ("pkg/sub/b.py", "pkg/sub/__init__.py")),
        (PLAIN, "from .. import a", "pkg/sub/b.py", ("pkg/a.py", "pkg/__init__.py")),
        (PLAIN, "from ....... import a", "pkg/sub/b.py", ()),
        (PLAIN, "from pkg import *", "tests/test_a.py", ("pkg/__init__.py",)),
        (SRC, "import pkg.a", "tests/test_a.py", ("src/pkg/a.py",)),
        (SRC, "import single", "tests/test_a.py", ("src/single.py",)),
        (SRC, "import pkg", "tests/test_a.py", ("src/pkg/__init__.py",)),
        (FLAT, "from stack import Stack", "test_stack.py", ("stack.py",)),
        (KATAS, "from leap import is_leap", "leap/leap_test.py", ("leap/leap.py",)),
        (INSIDE, "from ..a import x", "pkg/tests/test_a.py", ("pkg/a.py",)),
        (INSIDE, "from pkg.a import x", "pkg/tests/test_a.py", ("pkg/a.py",)),
        (NAMESPACE, "from ns.two import b", "tests/test_a.py", ("src/ns/two/b.py",)),
        (DEEP, "from pkg import a", "libs/core/tests/test_a.py", ("libs/core/pkg/a.py", "libs/core/pkg/__init__.py")),
    ],
)
def test_an_import_is_found_in_every_layout(paths, statement, importer, found):
    tree = parsed(statement)
    assert tree is not None
    (wanted,) = imports(tree)
    assert layout(paths).resolve(wanted, importer) == found


@pytest.mark.parametrize(
    ("paths", "module", "importer", "home"),
    [
        (PLAIN, "pkg.new", "tests/test_a.py", "pkg/new.py"),
        (PLAIN, "pkg.sub.deep.new", "tests/test_a.py", "pkg/sub/deep/new.py"),
        (PLAIN, "new", "tests/test_a.py", "new.py"),
        (PLAIN, "other.new", "tests/test_a.py", "other/new.py"),
        (PLAIN, "pkg.a.new", "tests/test_a.py", None),
        (SRC, "pkg.new", "tests/test_a.py", "src/pkg/new.py"),
        (SRC, "new", "tests/test_a.py", "src/new.py"),
        (FLAT, "queue2", "test_stack.py", "queue2.py"),
        (KATAS, "anagram", "leap/leap_test.py", "leap/anagram.py"),
        (INSIDE, "pkg.new", "pkg/tests/test_a.py", "pkg/new.py"),
        (NAMESPACE, "ns.two.new", "tests/test_a.py", "src/ns/two/new.py"),
        (DEEP, "new", "libs/core/tests/test_a.py", "libs/core/new.py"),
        (["test_new.py"], "new", "test_new.py", "new.py"),
        (["tests/test_new.py"], "new", "tests/test_new.py", "new.py"),
        (["tests/test_new.py"], "tests.helpers", "tests/test_new.py", None),
        (["tests/test_new.py"], "conftest", "tests/test_new.py", None),
    ],
)
def test_where_a_module_that_does_not_exist_would_live(paths, module, importer, home):
    assert layout(paths).home(module, importer) == home


def test_pytests_own_path_comes_first():
    text = '[tool.pytest.ini_options]\npythonpath = ["./lib/", "."]\n'
    paths = ["pyproject.toml", "lib/a.py", "a.py", "tests/test_a.py"]
    found = layout(paths, **{"pyproject.toml": text})
    assert found.resolve(Import("a"), "tests/test_a.py") == ("lib/a.py",)
    assert found.home("new", "tests/test_a.py") == "lib/new.py"


@pytest.mark.parametrize(
    "text", ["not toml", "tool = 3", "[tool]\npytest = []", "[tool.pytest.ini_options]\npythonpath = 3"]
)
def test_an_odd_configuration_is_no_configuration(text):
    assert layout(["pyproject.toml", "a.py"], **{"pyproject.toml": text}).roots == ("",)


def test_imports_come_in_their_order_those_in_functions_too():
    tree = parsed("import a.b as c\nfrom . import d as e\ndef f():\n    from ..g.h import i, j\nimport k, l.m\n")
    assert tree is not None
    assert imports(tree) == (
        Import("a.b", "", 0, "c"),
        Import("", "d", 1, "e"),
        Import("g.h", "i", 2, "i"),
        Import("g.h", "j", 2, "j"),
        Import("k", "", 0, "k"),
        Import("l.m", "", 0, "l.m"),
    )


@pytest.mark.parametrize(
    ("text", "is_module"),
    [("a.b()", True), ("a.b + a.c", True), ("a()", False), ("a.b; f(a)", False), ("b", False)],
)
def test_a_name_used_as_modules_are(text, is_module):
    tree = parsed(text)
    assert tree is not None
    assert used_as_module(tree, "a") is is_module
