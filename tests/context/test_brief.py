from dataclasses import replace

import pytest

from tddbot.context.brief import survey
from tddbot.domain import Brief, Excerpt, Failure, Frame, Outcome, Result, Role, Run, Target
from tests.context.privacy.test_secrets import KEYS


def red(node: str, kind: str = "AssertionError", message: str = "assert 1 == 2", frames=(), phase=None) -> Result:
    return Result(
        node, Outcome.FAILED, failure=Failure(phase or ("call" if "::" in node else "collect"), kind, message, frames)
    )


def briefed(files: dict[str, str | bytes], *results: Result, coverage=None, greens=()) -> Brief:
    target = Target("a cause", results)
    every = (*results, *(Result(node, Outcome.PASSED) for node in greens))
    confirmed = Run("tree", {result.node_id: result for result in every}, coverage=coverage or {})
    return survey(target, confirmed, sorted(files), reader(files)).brief


def reader(files):
    def read(path: str) -> bytes | None:
        content = files.get(path)
        return content.encode() if isinstance(content, str) else content

    return read


def paths(brief: Brief, role: Role) -> list[str]:
    return [excerpt.path for excerpt in brief.excerpts if excerpt.role is role]


def missing_module(node: str, name: str) -> Result:
    return red(node, "ModuleNotFoundError", f"No module named '{name}'")


REPOSITORY = {
    "conftest.py": "",
    "tests/conftest.py": "import pytest\nfrom tests.helpers import make\n",
    "tests/unit/conftest.py": "",
    "tests/other/conftest.py": "",
    "tests/__init__.py": "",
    "tests/helpers.py": "from shop.cart import Cart\n",
    "tests/unit/test_price.py": "from shop.price import total\n\ndef test_total(): assert total([1]) == 1\n",
    "tests/other/test_other.py": "import shop.other\n",
    "shop/__init__.py": "",
    "shop/price.py": "from shop import tax\nfrom .money import Money\nimport json\n",
    "shop/tax.py": "import shop.rates\n",
    "shop/money.py": "",
    "shop/rates.py": "",
    "shop/cart.py": "",
    "shop/deep.py": "",
    "shop/ran.py": "",
    "shop/other.py": "",
    "pyproject.toml": "",
}


def test_tests_conftests_and_the_modules_under_test_with_their_first_hop():
    frames = (
        Frame("tests/unit/test_price.py", 3, "test_total"),
        Frame("shop/deep.py", 1, "f"),
        Frame("/usr/x.py", 1, "g"),
    )
    node = "tests/unit/test_price.py::test_total"
    coverage = {node: {"shop/ran.py": frozenset({1, 2}), "tests/unit/test_price.py": frozenset({3})}}
    brief = briefed(REPOSITORY, red(node, frames=frames), coverage=coverage)
    assert [(excerpt.path, excerpt.role) for excerpt in brief.excerpts] == [
        ("tests/unit/test_price.py", Role.TEST),
        ("tests/helpers.py", Role.TEST),
        ("conftest.py", Role.CONFTEST),
        ("tests/conftest.py", Role.CONFTEST),
        ("tests/unit/conftest.py", Role.CONFTEST),
        ("shop/price.py", Role.SOURCE),
        ("shop/cart.py", Role.SOURCE),
        ("shop/deep.py", Role.SOURCE),
        ("shop/ran.py", Role.SOURCE),
        ("shop/tax.py", Role.SOURCE),
        ("shop/__init__.py", Role.SOURCE),
        ("shop/money.py", Role.SOURCE),
        ("", Role.MAP),
    ]
    assert brief.excerpts[0].text == REPOSITORY["tests/unit/test_price.py"]


def test_helpers_of_the_tests_are_shown_and_seen_through():
    files = {**REPOSITORY, "tests/unit/test_cart.py": "from tests.helpers import make\n"}
    brief = briefed(files, red("tests/unit/test_cart.py::test_cart"))
    assert paths(brief, Role.TEST) == ["tests/unit/test_cart.py", "tests/helpers.py"]
    assert paths(brief, Role.SOURCE) == ["shop/cart.py"]


def test_an_inherited_test_brings_the_file_of_its_base_class():
    files = {**REPOSITORY, "tests/base_test.py": "", "tests/test_sub.py": ""}
    brief = briefed(
        files, red("tests/test_sub.py::TestSub::test_x", frames=(Frame("tests/base_test.py", 1, "test_x"),))
    )
    assert paths(brief, Role.TEST) == ["tests/test_sub.py", "tests/base_test.py", "tests/helpers.py"]


def test_the_order_does_not_depend_on_the_order_of_the_files():
    result = red("tests/unit/test_price.py::test_total")
    run, target = Run("tree", {result.node_id: result}), Target("a cause", (result,))
    one = survey(target, run, sorted(REPOSITORY), reader(REPOSITORY))
    assert one == survey(target, run, sorted(REPOSITORY, reverse=True), reader(REPOSITORY))


def test_failures_are_those_of_the_confirmed_run_cut_and_redacted():
    first = red("t/test_a.py::a")
    second = red("t/test_a.py::a", message=KEYS["GitHub token"] + "x" * 9000)
    brief = survey(Target("a cause", (first,)), Run("tree", {second.node_id: second}), [], lambda path: None).brief
    (shown,) = brief.target.results
    assert shown.failure is not None
    assert shown.failure.message.startswith("[redacted: GitHub token]")
    assert len(shown.failure.message) <= 2000
    assert brief.target.id == Target("", (first,)).id


def test_a_result_that_the_confirmed_run_lacks_stays_that_of_the_baseline():
    first = red("t/test_a.py::a", message="of the baseline")
    brief = survey(Target("a cause", (first,)), Run("tree", {}), [], lambda path: None).brief
    assert brief.target.results == (first,)


def test_lines_of_the_red_and_counts_of_the_green():
    coverage = {
        "t.py::a": {"s.py": frozenset({1, 2})},
        "t.py::b": {"s.py": frozenset({2, 3}), "u.py": frozenset({9})},
        "t.py::c": {"s.py": frozenset({1})},
        "t.py::d": {"s.py": frozenset({1, 3})},
        "t.py::gone": {"s.py": frozenset({7})},
    }
    brief = briefed({}, red("t.py::a"), red("t.py::b"), coverage=coverage, greens=["t.py::c", "t.py::d"])
    assert brief.red_lines == {"s.py": frozenset({1, 2, 3}), "u.py": frozenset({9})}
    assert brief.green_lines == {"s.py": {1: 2, 3: 1}}


class TestMissing:
    def test_a_module_by_the_layout_of_the_repository(self):
        files = {"src/pkg/__init__.py": "", "tests/test_new.py": "from pkg.shapes import area\nimport colours\n"}
        brief = briefed(files, missing_module("tests/test_new.py", "pkg.shapes"))
        assert Excerpt("src/pkg/shapes.py", "", Role.MISSING) in brief.excerpts
        assert paths(brief, Role.MISSING) == ["src/pkg/shapes.py"]

    @pytest.mark.parametrize(
        ("text", "name", "expected"),
        [
            ("import shapes\n", "shapes", ["shapes.py"]),
            ("from shapes import area\nfrom shop.new import x\n", "shapes", ["shapes.py", "shop/new.py"]),
            ("from geo.shapes import area\n", "geo", ["geo/shapes.py"]),
            ("import geo\nimport geo.shapes\n", "geo", ["geo/__init__.py", "geo/shapes.py"]),
            ("import importlib\nx = importlib.import_module('shapes')\n", "shapes", ["shapes.py"]),
            ("import numpy\nimport shapes\n", "shapes", ["shapes.py"]),
            ("import shapes\n", "unrelated_plugin", ["unrelated_plugin.py"]),
            ("from .helpers2 import x\n", "tests.helpers2", []),
            ("import shop.price.deep\n", "shop.price.deep", []),
        ],
    )
    def test_what_the_tests_import(self, text, name, expected):
        brief = briefed({**REPOSITORY, "tests/test_new.py": text}, missing_module("tests/test_new.py", name))
        assert paths(brief, Role.MISSING) == expected

    def test_relative_to_a_test_package_inside_the_package(self):
        files = {
            "pkg/__init__.py": "",
            "pkg/tests/__init__.py": "",
            "pkg/tests/test_new.py": "from ..shapes import area\n",
        }
        brief = briefed(files, missing_module("pkg/tests/test_new.py", "pkg.shapes"))
        assert paths(brief, Role.MISSING) == ["pkg/shapes.py"]

    def test_what_a_source_file_imports(self):
        files = {
            **REPOSITORY,
            "shop/price.py": "from shop.new import x\ntry:\n    from shop import _fast\nexcept E: 0\n",
        }
        brief = briefed(files, missing_module("tests/unit/test_price.py", "shop.new"))
        assert paths(brief, Role.MISSING) == ["shop/new.py"]

    def test_a_name_missing_from_a_package_but_used_as_a_module(self):
        said = "cannot import name 'shapes' from 'shop' (/r/shop/__init__.py)"
        for use, expected in (("shapes.area(1)", ["shop/shapes.py"]), ("shapes(1)", [])):
            files = {**REPOSITORY, "tests/test_new.py": f"from shop import shapes\ndef test_x(): assert {use}\n"}
            brief = briefed(files, red("tests/test_new.py", "ImportError", said))
            assert paths(brief, Role.MISSING) == expected
            assert paths(brief, Role.SOURCE) == ["shop/__init__.py", "shop/cart.py"]

    def test_a_declared_dependency_is_not_installed_and_nothing_to_write(self):
        declarations = {
            "pyproject.toml": "[project]\ndependencies = [\"My.Shapes>=2; python_version > '3'\"]\n",
            "requirements-dev.txt": "# comment\n-r other.txt\ncolours==1\n",
        }
        files = {**REPOSITORY, **declarations, "tests/test_new.py": "import my_shapes, colours, own\n"}
        reds = [missing_module("tests/test_new.py", name) for name in ("my_shapes", "colours", "own")]
        files["tests/test_two.py"] = files["tests/test_three.py"] = files["tests/test_new.py"]
        reds = [
            replace(found, node_id=f"tests/test_{n}.py") for found, n in zip(reds, ("new", "two", "three"), strict=True)
        ]
        assert paths(briefed(files, *reds), Role.MISSING) == ["own.py"]

    def test_what_an_installed_package_lacks_is_nothing_to_write(self):
        frames = (Frame("/venv/lib/python3.12/site-packages/pandas/io.py", 1, "read"),)
        failure = red("tests/unit/test_price.py::t", "ModuleNotFoundError", "No module named 'openpyxl'", frames)
        assert paths(briefed(REPOSITORY, failure), Role.MISSING) == []

    def test_an_ordinary_failure_misses_nothing(self):
        files = {**REPOSITORY, "tests/unit/test_price.py": "import numpy\nimport shop._speedups\n"}
        assert paths(briefed(files, red("tests/unit/test_price.py::t")), Role.MISSING) == []


class TestWhatStaysOut:
    @pytest.mark.parametrize("content", [b"\xff\xfe\0", b"\x80\x81", "x" * 200_001])
    def test_no_text_or_too_large(self, content):
        files = {**REPOSITORY, "shop/price.py": content}
        brief = briefed(files, red("tests/unit/test_price.py::t"))
        assert "shop/price.py" not in {excerpt.path for excerpt in brief.excerpts}

    def test_files_of_secrets_are_not_even_read(self):
        def read(path: str) -> bytes | None:
            assert path != ".env"
            return reader(REPOSITORY)(path)

        result = red("tests/unit/test_price.py::t", frames=(Frame(".env", 1, "f"),))
        brief = survey(Target("", (result,)), Run("tree", {result.node_id: result}), [*REPOSITORY, ".env"], read).brief
        assert ".env" not in {excerpt.path for excerpt in brief.excerpts}

    def test_a_source_with_a_key_is_withheld_whole_and_a_test_redacted(self):
        key = KEYS["AWS key"]
        files = {
            **REPOSITORY,
            "shop/price.py": f"KEY = '{key}'\n",
            "tests/unit/test_price.py": f"from shop.price import total\nKEY = '{key}'\n",
            "conftest.py": f"KEY = '{key}'\n",
        }
        result = red("tests/unit/test_price.py::t", frames=(Frame("shop/price.py", 1, "f", (("KEY", key),)),))
        found = survey(Target("", (result,)), Run("tree", {result.node_id: result}), sorted(files), reader(files))
        assert key not in repr(found)
        assert "shop/price.py" not in {excerpt.path for excerpt in found.brief.excerpts}
        assert "[redacted: AWS key]" in found.brief.excerpts[0].text
        assert found.withheld == ("shop/price.py is not shown: it seems to hold a secret (AWS key)",)

    def test_protected_files_are_no_sources(self):
        result = red("tests/unit/test_price.py::t", frames=(Frame("setup.py", 1, "f"), Frame("shop/tax.py", 1, "f")))
        files = {**REPOSITORY, "setup.py": ""}
        run = Run("tree", {result.node_id: result})
        seen = survey(Target("", (result,)), run, sorted(files), reader(files), protected=["shop/tax.py"])
        sources = seen.brief.sources()
        assert not {"setup.py", "shop/tax.py"} & {excerpt.path for excerpt in sources}

    def test_installed_packages_inside_the_repository(self):
        inside = ".venv/lib/python3.12/site-packages/dep.py"
        brief = briefed({**REPOSITORY, inside: ""}, red("tests/unit/test_price.py::t", frames=(Frame(inside, 1, "f"),)))
        assert inside not in {excerpt.path for excerpt in brief.excerpts}


def test_text_keeps_its_encoding_and_line_endings():
    files = {"a_test.py": "import s\n", "s.py": "# coding: latin-1\r\nx = 'ü'\r\n".encode("latin-1")}
    (source,) = briefed(files, red("a_test.py::t")).sources()
    assert (source.encoding, source.text) == ("iso-8859-1", "# coding: latin-1\r\nx = 'ü'\r\n")


@pytest.mark.parametrize("text", ["def (:\n", "\f\\", "(" * 300, "-" * 50_000 + "1", "import " + "a." * 5_000 + "b\n"])
def test_a_test_file_that_does_not_parse_is_shown_as_it_is(text):
    brief = briefed({"a_test.py": text}, red("a_test.py", "SyntaxError", "invalid syntax (a_test.py, line 1)"))
    assert brief.excerpts[0].text == text


def test_odd_node_ids_and_an_empty_repository():
    nodes = ["", "::", "gone.py", "[", "ü\n.py::t[" + "🎉" * 5000 + "]"]
    assert briefed({}, *(red(node) for node in nodes)).excerpts == ()


def test_ten_thousand_reds_of_one_cause():
    text = "E   assert\n" * 1000
    results = tuple(
        Result(f"t/test_{n % 100}.py::t{n}", Outcome.FAILED, failure=Failure("call", "E", "m", (), text))
        for n in range(10_000)
    )
    files = {f"t/test_{n}.py": "import a\n" for n in range(100)} | {"a.py": ""}
    assert len(briefed(files, *results).target.results) == 10_000
