"""Which files belong to a target: by imports of every kind, names in strings, tracebacks, and through other files."""

import pytest

from tddbot.context.brief import survey
from tddbot.domain import Brief, Excerpt, Failure, Frame, Role, Run, Target
from tests.context.test_brief import briefed, missing_module, paths, reader, red

NODE = "tests/test_new.py::test_new"

SHOP = {
    "shop/__init__.py": "from .pricing import total\nfrom shop.facade import *\nfrom shop.stock import Stock\n",
    "shop/pricing.py": "from shop.tax import rate\n\ndef total(): return rate()\n",
    "shop/tax.py": "from shop.tables import RATES\n\ndef rate(): return RATES\n",
    "shop/tables.py": "RATES = {1: 2}\n\n\ndef look(name: str = 'x', *, deep=False) -> int:\n    return 1\n",
    "shop/stock.py": "class Stock: pass\n",
    "shop/facade/__init__.py": "from shop.facade.inner import order as order\n",
    "shop/facade/inner.py": "def order(): pass\n",
    "app/__init__.py": "",
    "app/main.py": "def app(): pass\n",
}


def sources(test: str, **more: str) -> list[str]:
    files = {**SHOP, "tests/test_new.py": test, **{name.replace("__", "/") + ".py": more[name] for name in more}}
    return paths(briefed(files, red(NODE)), Role.SOURCE)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import importlib\nm = importlib.import_module('app.main')\n", "app/main.py"),
        ("from importlib import import_module as load, import_module\nm = import_module('app.main')\n", "app/main.py"),
        ("import pytest\nm = pytest.importorskip('app.main')\n", "app/main.py"),
        ("m = __import__('app.main')\n", "app/main.py"),
        ("def test_new(monkeypatch):\n    monkeypatch.setattr('app.main.app', 1)\n", "app/main.py"),
        ("def test_new(monkeypatch):\n    monkeypatch.delattr('app.main.Class.method.name')\n", "app/main.py"),
        ("from unittest import mock\n@mock.patch('app.main.app')\ndef test_new(app): 0\n", "app/main.py"),
        ("def test_new(mocker):\n    mocker.patch('app.main.app')\n", "app/main.py"),
        ("import subprocess, sys\ndef test_new(): subprocess.run([sys.executable, '-m', 'app.main', 'x'])\n",
         "app/main.py"),
        ("import runpy\ndef test_new(): runpy.run_module('app.main')\n", "app/main.py"),
    ],
)  # fmt: skip
def test_modules_named_in_strings_are_under_test(text, found):
    assert found in sources(text)


def test_any_other_string_names_no_module():
    assert sources("x = 'app.main'\nprint('app.main')\n") == []


def test_a_fixture_of_a_conftest_brings_what_it_imports():
    conftest = "import pytest\n@pytest.fixture\ndef client():\n    from app.main import app\n    return app\n"
    assert sources("def test_new(client): assert client\n", tests__conftest=conftest) == ["app/main.py"]


def test_fixtures_of_plugins_of_the_repository():
    assert sources(
        "def test_new(client): 0\n",
        conftest="pytest_plugins = ['tests.fixtures.web']\n",
        tests__fixtures__web="import app.main\n",
    ) == ["app/main.py"]


@pytest.mark.parametrize(
    ("test", "behind"),
    [
        ("from shop import total\n", "shop/pricing.py"),
        ("from shop import order\n", "shop/facade/inner.py"),
        ("import shop\ndef test_new(): shop.total()\n", "shop/pricing.py"),
        ("import shop as s\ndef test_new(): s.order()\n", "shop/facade/inner.py"),
        ("import shop\ndef test_new(): shop.pricing.total()\n", "shop/pricing.py"),
    ],
)
def test_the_module_that_defines_a_name_is_under_test_and_not_all_that_the_package_hands_on(test, behind):
    files = {**SHOP, "tests/test_new.py": test}
    brief = briefed(files, red(NODE))
    assert {"shop/__init__.py", behind} <= set(paths(brief, Role.SOURCE))
    assert "shop/stock.py" not in paths(brief, Role.SOURCE)
    assert "shop/stock.py" in paths(brief, Role.SIGNATURES)


def test_all_names_of_a_package_are_those_of_all_that_it_hands_on():
    found = sources("from shop import *\n")
    assert set(found) >= {"shop/__init__.py", "shop/pricing.py", "shop/stock.py", "shop/facade/__init__.py"}


def test_imports_in_a_circle_come_to_an_end():
    names = [f"star{number}" for number in range(12)]
    stars = "".join(f"from pkg.{name} import *\n" for name in names)
    files = {f"pkg/{name}.py": stars for name in names} | {"pkg/__init__.py": stars}
    files["tests/test_new.py"] = "from pkg import nothing\n"
    assert "pkg/__init__.py" in paths(briefed(files, red(NODE)), Role.SOURCE)


def test_the_first_hop_is_whole_and_the_second_without_bodies():
    brief = briefed({**SHOP, "tests/test_new.py": "from shop.pricing import total\n"}, red(NODE))
    assert paths(brief, Role.SOURCE) == ["shop/pricing.py", "shop/tax.py"]
    assert [excerpt for excerpt in brief.excerpts if excerpt.role is Role.SIGNATURES] == [
        Excerpt(
            "shop/tables.py",
            "RATES = ...\n\ndef look(name: str='x', *, deep=False) -> int:\n    ...\n",
            Role.SIGNATURES,
        )
    ]


def test_a_module_that_the_project_protects_is_shown_without_bodies():
    files = {**SHOP, "tests/test_new.py": "from shop.pricing import total\n"}
    result = red(NODE)
    run = Run("tree", {NODE: result})
    brief = survey(Target("", (result,)), run, sorted(files), reader(files), protected=["shop/tax.py"]).brief
    assert "shop/tax.py" in paths(brief, Role.SIGNATURES)
    assert "shop/tax.py" not in paths(brief, Role.SOURCE)


def test_a_test_file_whose_name_does_not_say_so_is_shown_as_a_test_alone():
    result = red("checks/check_total.py::check_total", frames=(Frame("checks/check_total.py", 2, "check_total"),))
    files = {**SHOP, "checks/check_total.py": "from shop.tax import rate\ndef check_total(): assert rate()\n"}
    ran = {"checks/check_total.py": frozenset({2}), "shop/tax.py": frozenset({4})}
    run = Run("tree", {result.node_id: result}, coverage={result.node_id: ran})
    brief = survey(Target("", (result,)), run, sorted(files), reader(files), protected=["checks/check_total.py"]).brief
    assert [excerpt.role for excerpt in brief.excerpts if excerpt.path == "checks/check_total.py"] == [Role.TEST]
    assert paths(brief, Role.SOURCE) == ["shop/tax.py", "shop/tables.py"]


def test_no_path_stands_in_two_roles_but_for_siblings():
    brief = briefed({**SHOP, "tests/test_new.py": "import shop\nfrom shop import order\nimport app.main\n"}, red(NODE))
    shown = [excerpt.path for excerpt in brief.excerpts if excerpt.role is not Role.SIBLING]
    assert len(shown) == len(set(shown))


class TestWhatIsNotListed:
    """Files that are kept from generators are not in the list of files, though they can be read."""

    def brief(self, *results) -> Brief:
        run = Run("tree", {result.node_id: result for result in results})
        listed = {**SHOP, "tests/test_new.py": "import shop.hidden\nfrom shop.pricing import total\n"}
        read = reader({**listed, "shop/hidden.py": "SECRET = 1\n"})
        return survey(Target("", results), run, sorted(listed), read).brief

    def test_a_traceback_that_names_it_brings_no_excerpt(self):
        brief = self.brief(red(NODE, frames=(Frame("shop/hidden.py", 1, "f"), Frame("tests/gone.py", 1, "f"))))
        assert not {"shop/hidden.py", "tests/gone.py"} & {excerpt.path for excerpt in brief.excerpts}
        assert all("hidden.py" not in excerpt.text for excerpt in brief.excerpts)

    def test_it_is_not_to_be_written_anew(self):
        assert paths(self.brief(missing_module("tests/test_new.py", "shop.hidden")), Role.MISSING) == []


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("ImportError", "import error in shop.new: No module named 'shop.new'"),
        ("ModuleNotFoundError", "No module named 'shop.new'"),
    ],
)
def test_a_module_that_a_patch_in_a_test_misses_is_to_be_made(kind, message):
    test = "def test_new(monkeypatch): monkeypatch.setattr('shop.new.total', 1)\n"
    result = red(NODE, kind, message)
    assert isinstance(result.failure, Failure)
    assert paths(briefed({**SHOP, "tests/test_new.py": test}, result), Role.MISSING) == ["shop/new.py"]
