"""Long test files are shown without the tests that are not at issue, and never as if they were whole."""

import ast
import re

import pytest

from tddbot.context import bounds
from tddbot.context.brief import survey
from tddbot.context.code.outline import cut, lines_of, outline_of
from tddbot.context.code.remembered import parsed
from tddbot.domain import Brief, Excerpt, Frame, Outcome, Result, Role, Run, Target
from tests.context.privacy.test_secrets import KEYS
from tests.context.test_brief import briefed, paths, reader, red

HEAD = '''"""Tests of prices."""
import pytest
from shop.price import Price, total
from tests.tools import check

pytestmark = pytest.mark.slow
RATES = {1: 2}
UNUSED = [1, 2, 3]


@pytest.fixture(autouse=True)
def _clean():
    yield


@pytest.fixture
def basket(rates):
    return [rates]


# Rates of a year.
@pytest.fixture
def rates():
    return RATES


@pytest.fixture
def nobody_asks():
    return helper_of_nobody()


def helper(price):
    return total(price)


def helper_of_nobody():
    return 0


class Base:
    def go(self): return 1


class TestBig(Base):
    """A class."""
    LIMIT = 3

    def setup_method(self):
        self.x = self.tool()

    def tool(self):
        return self.LIMIT

    def other_tool(self): return 2

    def test_red(self): assert self.go() == 2

    @pytest.mark.parametrize("n", [1, 2])
    def test_green(self, n): assert total(n)


def test_red(basket):
    assert helper(basket) == 3


def test_near(basket):
    assert helper(basket) == 4


def test_far():
    assert Price
'''
FILLER = "".join(f"\n\ndef test_filler_{number}():\n    assert {number} == {number}\n" for number in range(120))
PATH = "tests/test_price.py"
FILES = {
    "shop/price.py": "class Price: pass\ndef total(x): return x\n",
    "tests/tools.py": "def check(): pass\n",
    PATH: HEAD + FILLER,
}


def shown(brief: Brief, role: Role = Role.TEST, path: str = PATH) -> str:
    return next((excerpt.text for excerpt in brief.excerpts if (excerpt.role, excerpt.path) == (role, path)), "")


def names(text: str) -> set[str]:
    return set(re.findall(r"(?:def|class) (\w+)", text))


def test_a_red_function_with_all_that_it_needs():
    text = shown(briefed(FILES, red(f"{PATH}::test_red")))
    ast.parse(text)
    assert names(text) == {"test_red", "basket", "rates", "helper", "_clean"}
    for line in (
        "# Rates of a year.",
        "pytestmark = pytest.mark.slow",
        "RATES = {1: 2}",
        "from tests.tools import check",
    ):
        assert line in text.splitlines()
    assert "UNUSED" not in text


def test_a_red_method_with_its_class_and_base():
    text = shown(briefed(FILES, red(f"{PATH}::TestBig::test_red")))
    ast.parse(text)
    assert names(text) == {"TestBig", "Base", "go", "setup_method", "tool", "test_red", "_clean"}
    assert '"""A class."""' in text
    assert "LIMIT = 3" in text


def test_each_gap_is_marked_with_its_lines():
    text = shown(briefed(FILES, red(f"{PATH}::test_red")))
    whole = lines_of(FILES[PATH])
    rebuilt: list[str] = []
    for line in lines_of(text):
        gap = re.fullmatch(r" *# \[lines (\d+) to (\d+)(?:, .*)?: not shown\]\n", line)
        rebuilt += whole[int(gap[1]) - 1 : int(gap[2])] if gap else [line]
    assert rebuilt == whole
    assert "122 tests among them" in text


def test_a_test_with_parameters_and_an_inherited_one():
    assert "test_green" in names(shown(briefed(FILES, red(f"{PATH}::TestBig::test_green[2]"))))
    assert {"TestBig", "tool"} <= names(shown(briefed(FILES, red(f"{PATH}::TestBig::test_of_a_base"))))


def test_a_function_of_the_traceback():
    frames = (Frame(PATH, 1, "test_red"), Frame(PATH, 1, "helper_of_nobody"))
    assert "helper_of_nobody" in names(shown(briefed(FILES, red(f"{PATH}::test_red", frames=frames))))


@pytest.mark.parametrize("node", [f"{PATH}::test_that_is_made_at_run_time", PATH])
def test_a_test_that_cannot_be_placed_has_its_file_whole(node):
    assert shown(briefed(FILES, red(node))) == FILES[PATH]


@pytest.mark.parametrize(
    ("kind", "message", "imports"),
    [
        (
            "ImportError",
            "cannot import name 'total' from 'shop.price' (/r/shop/price.py)",
            "from shop.price import total",
        ),
        ("ModuleNotFoundError", "No module named 'shop.sums'", "from shop.sums import total"),
        ("ModuleNotFoundError", "No module named 'shop'", "from shop.sums import total"),
        ("ModuleNotFoundError", "No module named 'shop.total'", "import shop.total"),
    ],
)
def test_of_a_file_that_cannot_be_imported_those_tests_that_use_what_is_missing(kind, message, imports):
    head = HEAD.replace("from shop.price import Price, total", f"{imports}\nfrom shop.price import Price")
    brief = briefed({**FILES, PATH: head + FILLER}, red(PATH, kind, message))
    assert (
        {"test_green"}
        <= {name for name in names(shown(brief)) if name.startswith("test")}
        <= {
            "test_green",
            "test_far",
        }
    )


def test_a_short_file_is_whole():
    assert shown(briefed({**FILES, PATH: HEAD}, red(f"{PATH}::test_red"))) == HEAD


def test_a_long_conftest_and_a_long_helper_show_what_is_used():
    fixture = "import pytest\n@pytest.fixture\ndef used(): from_conftest()\n"
    conftest = f"{fixture}def from_conftest(): 0\ndef pytest_configure(): 0\n"
    tools = "def used_tool(): inner()\ndef inner(): 0\n"
    many = "".join(f"def other_{number}():\n    return {number}\n\n" for number in range(200))
    files = {
        "tests/test_a.py": "from tests.tools import used_tool\ndef test_a(used): used_tool()\n",
        "tests/conftest.py": conftest + many,
        "tests/tools.py": tools + many,
    }
    brief = briefed(files, red("tests/test_a.py::test_a"))
    assert names(shown(brief, Role.CONFTEST, "tests/conftest.py")) == {"used", "from_conftest", "pytest_configure"}
    assert names(shown(brief, Role.TEST, "tests/tools.py")) == {"used_tool", "inner"}


def test_windows_line_ends_and_odd_separators_of_lines():
    text = (HEAD + "x = '\x0c\u2028'\n" + FILLER).replace("\n", "\r\n")
    brief = briefed({**FILES, PATH: text}, red(f"{PATH}::test_red"))
    assert names(shown(brief)) == {"test_red", "basket", "rates", "helper", "_clean"}
    assert shown(brief).count("\n") == shown(brief).count("\r\n")


def test_a_key_that_is_left_out_in_part_is_still_taken_out():
    key = KEYS["private key"]
    text = HEAD.replace("UNUSED = [1, 2, 3]", f'RATES = """{key}"""')
    brief = briefed({**FILES, PATH: text + FILLER}, red(f"{PATH}::test_red"))
    assert "[redacted: private key]" in shown(brief)
    assert key not in repr(brief)


def test_the_parts_of_a_file_are_all_of_it():
    for text in (
        HEAD + FILLER,
        "",
        "\n\n# only a comment\n",
        "a = 1; b = 2\nclass A: x = 1; y = 2\n",
        "x = 1  # no end",
    ):
        tree = parsed(text)
        assert tree is not None
        outline = outline_of(tree, text)
        assert cut(text, outline, range(len(outline))) == (text if outline else "")
        assert sum(part.size for part in outline) == (len(text) if outline else 0)


class TestLimits:
    def test_a_test_file_that_is_too_long_is_cut_and_says_so(self):
        text = "def test_x():\n" + "    assert 1\n" * 10_000
        files = {"tests/test_x.py": text, "tests/test_y.py": "def test_y(): 0\n" * 9}
        results = (red("tests/test_x.py::test_x"), red("tests/test_y.py::test_y"))
        run = Run("tree", {result.node_id: result for result in results})
        seen = survey(Target("", results), run, sorted(files), reader({**files, "a.py": ""}))
        assert len(shown(seen.brief, path="tests/test_x.py")) <= bounds.TESTS
        assert re.search(r"# \[\d+ more lines: not shown\]\n\Z", shown(seen.brief, path="tests/test_x.py"))
        assert seen.withheld == (
            "tests/test_x.py is not shown to its end: it is too long",
            "tests/test_y.py is not shown: the tests before it take all the room there is",
        )

    def test_a_test_file_that_is_too_large_to_be_read_is_named(self):
        result = red("tests/test_x.py::test_x")
        files = {"tests/test_x.py": "#" * 300_000}
        seen = survey(Target("", (result,)), Run("tree", {}), list(files), reader(files))
        assert seen.withheld == ("tests/test_x.py is not shown: it is no text or too large",)

    def test_sources_for_which_there_is_no_room_are_signatures(self):
        body = "def f(): pass\n" + "# filler\n" * 10_000
        files = {f"m{number}.py": body for number in range(6)}
        files["tests/test_x.py"] = "".join(f"import m{number}\n" for number in range(6))
        result = red("tests/test_x.py::t", frames=(Frame("m5.py", 1, "f"),))
        seen = survey(Target("", (result,)), Run("tree", {result.node_id: result}), sorted(files), reader(files))
        assert paths(seen.brief, Role.SOURCE) == ["m0.py", "m5.py"]
        assert paths(seen.brief, Role.SIGNATURES) == ["m1.py", "m2.py", "m3.py", "m4.py"]
        assert seen.withheld == (
            "m1.py, m2.py, m3.py, m4.py are shown by signatures at most: all modules together are too large",
        )

    def test_the_largest_brief_is_some_hundred_thousand_tokens(self):
        code = "".join(f"def function_{number}(a, b): return {number}\n" for number in range(1500))
        stars = "".join(f"import a{number}, b{number}\n" for number in range(40))
        files = {f"a{number}.py": stars + code for number in range(40)} | {
            f"b{number}.py": code for number in range(40)
        }
        tests = "".join(f"def test_{number}(): common()\n" for number in range(600))
        stars += "def common(): 0\n"
        files |= {f"tests/d{number}/test_x.py": stars + tests for number in range(30)}
        files |= {f"tests/d{number}/conftest.py": code for number in range(30)}
        results = tuple(red(f"tests/d{number}/test_x.py::test_1") for number in range(20))
        run = Run("tree", {result.node_id: result for result in results})
        greens = {f"tests/d{n}/test_x.py::test_{m}": Outcome.PASSED for n in range(30) for m in range(2, 600)}
        baseline = Run("tree", {node: Result(node, outcome) for node, outcome in greens.items()})
        seen = survey(Target("", results), run, sorted(files), reader(files), baseline=baseline)
        assert {excerpt.role for excerpt in seen.brief.excerpts} == set(Role) - {Role.MISSING}
        assert sum(len(excerpt.text) for excerpt in seen.brief.excerpts) <= 400_000


class TestSiblings:
    def brief(self, test: str, files: dict[str, str], *greens: str, reds: tuple[str, ...] = ()) -> Brief:
        results = {node: Result(node, Outcome.PASSED) for node in greens} | {node: red(node) for node in reds}
        target = red(test)
        run = Run("tree", {test: target})
        baseline = Run("tree", results)
        return survey(Target("", (target,)), run, sorted(files), reader(files), baseline=baseline).brief

    def test_of_a_long_file_the_green_ones_that_use_the_same_names(self):
        every = [f"{PATH}::{name}" for name in ("test_near", "test_far", *(f"test_filler_{n}" for n in range(120)))]
        text = shown(self.brief(f"{PATH}::test_red", FILES, *every), Role.SIBLING)
        ast.parse(text)
        assert names(text) == {"test_near"}
        assert text.startswith("# Some green tests of this file.")

    def test_a_red_one_and_one_that_is_green_in_part_are_none(self):
        green = f"{PATH}::TestBig::test_green[1]"
        brief = self.brief(f"{PATH}::test_red", FILES, green, reds=(f"{PATH}::test_near",))
        assert names(shown(brief, Role.SIBLING)) == {"TestBig", "test_green"}
        brief = self.brief(f"{PATH}::test_red", FILES, green, reds=(f"{PATH}::TestBig::test_green[2]",))
        assert paths(brief, Role.SIBLING) == []

    def test_of_other_files_that_test_the_same_module(self):
        files = {
            "shop/price.py": "def total(x): return x\n",
            "tests/test_a.py": "from shop.price import total\ndef test_a(): assert total(1) == 2\n",
            "tests/test_b.py": "from shop.price import total\nclass TestB:\n    def test_b(self): assert total(1)\n"
            "\n    def test_c(self): 0\n",
            "tests/test_d.py": "import os\ndef test_d(): assert total(1)\n",
        }
        greens = ["tests/test_b.py::TestB::test_b", "tests/test_b.py::TestB::test_c", "tests/test_d.py::test_d"]
        brief = self.brief("tests/test_a.py::test_a", files, *greens)
        assert [excerpt for excerpt in brief.excerpts if excerpt.role is Role.SIBLING] == [
            Excerpt(
                "tests/test_b.py",
                "# Some green tests of this file. All else is left out.\n# [lines 1 to 1: not shown]\n"
                "class TestB:\n    def test_b(self): assert total(1)\n"
                "    # [lines 4 to 5, a test among them: not shown]\n",
                Role.SIBLING,
            )
        ]

    def test_names_that_any_test_may_use_make_no_neighbours(self):
        files = {
            "shop/price.py": "def total(x): return x\ndef net(x): return x\n",
            "tests/test_a.py": "from shop.price import total\ndef test_a():\n    found = total(1)\n    assert found",
            "tests/test_b.py": "from shop.price import net\ndef test_b():\n    found = net(1)\n    assert found",
        }
        assert paths(self.brief("tests/test_a.py::test_a", files, "tests/test_b.py::test_b"), Role.SIBLING) == []

    def test_without_a_baseline_there_are_none_of_other_files(self):
        brief = briefed({**FILES, PATH: HEAD, "tests/test_b.py": HEAD}, red(f"{PATH}::test_red"))
        assert paths(brief, Role.SIBLING) == []

    def test_keys_are_taken_out(self):
        key = KEYS["AWS key"]
        text = HEAD.replace("== 4", f"== '{key}'")
        brief = self.brief(f"{PATH}::test_red", {**FILES, PATH: text + FILLER}, f"{PATH}::test_near")
        assert key not in repr(brief)
        assert "[redacted: AWS key]" in shown(brief, Role.SIBLING)
