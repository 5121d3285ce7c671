"""The laboratory sieves candidates in forks of one jailed process: what passes, what is red, why, in which order."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tddbot.domain import Edit, Patch, Snapshot
from tddbot.lab import Fate, Lab, LabRequest, Red, Screened
from tddbot.stop import Stop
from tests.runner.tools import Project, WarmProject

SUM = "def add(a, b):\n    return a - b\n\n\ndef double(a):\n    return 2 * a\n"
TESTS = """
import pytest
from sums import add, double

@pytest.mark.parametrize("a", [1, 2, 3])
def test_add(a):
    assert add(a, a) == 2 * a

def test_double():
    assert double(4) == 8
"""
ADD = tuple(f"test_sums.py::test_add[{a}]" for a in (1, 2, 3))
DOUBLE = "test_sums.py::test_double"


def request(project: Project, target: Sequence[str], keep: Sequence[str] = (), **more: object) -> LabRequest:
    return LabRequest(Snapshot(project.root, "tree"), tuple(target), tuple(keep), **more)  # type: ignore[arg-type]


def changed(project: Project, path: str, *changes: tuple[str, str]) -> Patch:
    """A patch of one file by replacements."""
    text = (project.root / path).read_text()
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return Patch((project.edit(path, text),))


def screened(lab: Lab, *patches: Patch, whole: bool = False) -> list[Screened]:
    found = list(lab.screen(patches, Stop(), whole))
    assert lab.fault == ""
    assert [each.patch for each in found] == list(patches)
    return found


def fates(lab: Lab, *patches: Patch) -> list[Fate]:
    return [each.fate for each in screened(lab, *patches)]


@pytest.fixture
def sums(project: Project) -> Project:
    return project.write({"sums.py": SUM, "test_sums.py": TESTS})


@pytest.fixture
def lab(sums: Project) -> Iterator[Lab]:
    with sums.runner.lab(request(sums, ADD, [DOUBLE])) as lab:
        yield lab


def test_what_wins_the_target_and_loses_nothing_passes(sums: Project, lab: Lab) -> None:
    good = changed(sums, "sums.py", ("a - b", "a + b"))
    better = changed(sums, "sums.py", ("a - b", "b + a"))
    wrong = changed(sums, "sums.py", ("a - b", "a * b"))
    harmful = changed(sums, "sums.py", ("a - b", "a + b"), ("2 * a", "3 * a"))
    found = screened(lab, wrong, good, harmful, better)
    assert [each.fate for each in found] == [Fate.RED, Fate.PASSED, Fate.RED, Fate.PASSED]
    assert found[0].reds == (Red(ADD[0], "AssertionError", "assert 1 == (2 * 1)"),)
    assert found[1] == Screened(good, Fate.PASSED, (), won=3)
    assert found[2].reds == (Red(DOUBLE, "AssertionError", "assert 12 == 8"),)
    assert [each.won for each in found] == [0, 3, 3, 3]


def test_the_first_red_ends_it_unless_all_are_asked_for(sums: Project, lab: Lab) -> None:
    half = changed(sums, "sums.py", ("a - b", "a * b"))
    (first,) = screened(lab, half)
    (whole,) = screened(lab, half, whole=True)
    assert [red.node_id for red in first.reds] == [ADD[0]]
    assert [red.node_id for red in whole.reds] == [ADD[0], ADD[2]]
    assert (first.won, whole.won) == (0, 1)


def test_nothing_is_seen_of_one_candidate_by_the_next(sums: Project, lab: Lab) -> None:
    leaving = changed(
        sums, "sums.py", ("    return a - b", "    global double\n    double = None\n    return a * a + a")
    )
    good = changed(sums, "sums.py", ("a - b", "a + b"))
    assert fates(lab, leaving, good, leaving, good) == [Fate.RED, Fate.PASSED, Fate.RED, Fate.PASSED]
    assert (sums.root / "sums.py").read_text() == SUM


def test_candidates_are_drawn_only_as_they_can_be_run(sums: Project, lab: Lab) -> None:
    drawn = []

    def endless() -> Iterator[Patch]:
        number = 0
        while True:
            number += 1
            drawn.append(number)
            yield changed(sums, "sums.py", ("a - b", f"a + b + {number}"))

    results = lab.screen(endless(), Stop())
    assert [next(results).fate for _ in range(3)] == [Fate.RED] * 3
    results.close()  # type: ignore[attr-defined]
    assert len(drawn) < 30
    assert fates(lab, changed(sums, "sums.py", ("a - b", "a + b"))) == [Fate.PASSED]


def test_it_answers_something_else_while_results_are_still_to_come(sums: Project, lab: Lab) -> None:
    patches = [changed(sums, "sums.py", ("a - b", f"a + b + {number}")) for number in range(9, -1, -1)]
    results = lab.screen(patches, Stop())
    assert next(results).fate is Fate.RED
    assert lab.ask("sums.py", ["add(3, 1)"], [None], Stop())[0][0].text == "2"
    assert [each.fate for each in results] == [Fate.RED] * 8 + [Fate.PASSED]


def test_one_that_is_never_used_costs_nothing(sums: Project) -> None:
    before = threading.active_count()
    with sums.runner.lab(request(sums, ADD)) as lab:
        assert lab.fault == ""
        assert threading.active_count() == before


# What cannot be swapped is imported anew


def test_what_runs_by_the_import_is_imported_anew(project: Project) -> None:
    source = """
LIMIT = 3
def made():
    return LIMIT
MADE = made() + 1
class Box:
    size = 1
    def area(self, side=2):
        return self.size * side
table = {"a": lambda: 1}
"""
    tests = """
import box
def test_limit(): assert box.LIMIT == 4
def test_made(): assert box.MADE == 9
def test_size(): assert box.Box().area() == 10
def test_table(): assert box.table["a"]() == 7
"""
    project.write({"box.py": source, "test_box.py": tests})

    def passes(test: str, *changes: tuple[str, str]) -> bool:
        with project.runner.lab(request(project, [f"test_box.py::{test}"])) as lab:
            nothing = changed(project, "box.py", ("LIMIT = 3", "LIMIT  = 3"))
            result, none = screened(lab, changed(project, "box.py", *changes), nothing)
            return result.passed and not none.passed

    assert passes("test_limit", ("LIMIT = 3", "LIMIT = 4"))
    assert passes("test_made", ("return LIMIT", "return LIMIT + 5")), "a function that was called by the import"
    assert passes("test_size", ("side=2", "side=10")), "a default"
    assert passes("test_size", ("size = 1", "size = 5")), "the body of a class"
    assert passes("test_table", ("lambda: 1", "lambda: 7")), "a function without a name"
    assert passes("test_size", ("return self.size * side", "return 10"))


def test_a_module_that_is_yet_to_be_written_is_put_in_place_and_taken_away(project: Project) -> None:
    project.write({"src/keep.py": "", "test_new.py": "from pack.new import f\ndef test_f(): assert f() == 1\n"})
    project.write({"test_old.py": "import os\ndef test_old(): assert not os.path.exists('pack')\n"})
    new = [
        Patch((Edit("pack/new.py", None, f"def f(): return {n}\n"), Edit("pack/__init__.py", None, ""))) for n in (2, 1)
    ]
    with project.runner.lab(request(project, ["test_new.py"])) as lab:
        wrong, right = screened(lab, *new)
        assert wrong.reds == (Red("test_new.py", "AssertionError", "assert 2 == 1"),)
        assert right == Screened(new[1], Fate.PASSED, (), won=1)
        (nothing,) = screened(lab, Patch((Edit("other.py", None, ""),)))
        assert nothing.reds == (Red("test_new.py", "ModuleNotFoundError", "No module named 'pack'"),)
    with project.runner.lab(request(project, ["test_new.py"], ["test_old.py::test_old"])) as lab:
        assert [each.reds[0].node_id for each in screened(lab, *new)] == ["test_new.py", "test_old.py::test_old"]
    assert not (project.root / "pack").exists()


def test_files_may_be_deleted_and_several_changed_at_once(project: Project) -> None:
    project.write({"one.py": "X = 1\n", "two.py": "def f():\n    return 1\n", "three.py": "raise OSError\n"})
    test = "def test_a():\n    from one import X\n    from two import f\n    try:\n        import three\n"
    project.write({"test_a.py": test + "    except ModuleNotFoundError:\n        assert (X, f()) == (2, 2)\n"})
    edits = (
        project.edit("one.py", "X = 2\n"),
        project.edit("two.py", "def f():\n    return 2\n"),
        project.edit("three.py", None),
    )
    with project.runner.lab(request(project, ["test_a.py::test_a"])) as lab:
        assert fates(lab, Patch(edits), Patch(edits[1:]), Patch(edits[:2])) == [Fate.PASSED, Fate.RED, Fate.RED]


def test_data_that_looks_like_python_is_no_module(project: Project) -> None:
    project.write({"a.txt": "x = 1\n", "test_a.py": "def test_a(): assert open('a.txt').read() == 'x = 2\\n'\n"})
    with project.runner.lab(request(project, ["test_a.py::test_a"])) as lab:
        assert fates(lab, Patch((project.edit("a.txt", "x = 2\n"),))) == [Fate.PASSED]


def test_code_in_closures_and_methods_is_swapped(project: Project) -> None:
    source = """
import functools
def decorated(function):
    @functools.wraps(function)
    def inside(*args):
        return function(*args)
    return inside
class Base:
    def value(self): return 1
class Box(Base):
    def value(self): return super().value() + 1
    @staticmethod
    def fixed(): return 1
    @classmethod
    def named(cls): return "Bx"
    @property
    def size(self): return 1
@decorated
def f(a):
    return [a for _ in range(1)]
"""
    tests = """
from box import Box, f
def test_value(): assert Box().value() == 12
def test_fixed(): assert Box.fixed() == 2
def test_named(): assert Box.named() == "Box"
def test_size(): assert Box().size == 2
def test_f(): assert f(1) == [1, 1]
def test_inside(): assert f(1) == [2]
"""
    project.write({"box.py": source, "test_box.py": tests})
    changes = {
        "test_value": ("super().value() + 1", "super().value() + 11"),
        "test_fixed": ("def fixed(): return 1", "def fixed(): return 2"),
        "test_named": ('"Bx"', '"Box"'),
        "test_size": ("def size(self): return 1", "def size(self): return 2"),
        "test_f": ("range(1)", "range(2)"),
        "test_inside": ("return function(*args)", "return [2]"),
    }
    for test, change in changes.items():
        with project.runner.lab(request(project, [f"test_box.py::{test}"])) as lab:
            assert fates(lab, changed(project, "box.py", change)) == [Fate.PASSED], test


# Kinds of tests


def test_tests_of_every_kind_are_run_as_pytest_would(project: Project) -> None:
    project.write(
        {
            "a.py": "def f(x):\n    return x\n",
            "conftest.py": """
import pytest
@pytest.fixture(autouse=True)
def always(monkeypatch): monkeypatch.setenv("ALWAYS", "1")
@pytest.fixture(scope="session")
def shared(): return [2]
""",
        }
    )
    project.write(
        {
            "test_a.py": """
import os, unittest, asyncio
import pytest
import a
class TestPlain:
    def setup_method(self): self.two = 2
    def test_plain(self): assert a.f(1) == self.two
class TestCase(unittest.TestCase):
    def setUp(self): self.two = 2
    def test_case(self): self.assertEqual(a.f(1), self.two)
def test_fixture(shared, tmp_path, capsys):
    print(a.f(1))
    assert capsys.readouterr().out == "2\\n" and shared == [2] and os.environ["ALWAYS"]
@pytest.mark.parametrize("two", [2], indirect=True)
def test_indirect(two): assert a.f(1) == two[0]
@pytest.fixture
def two(request): return [request.param]
@pytest.mark.asyncio
async def test_async():
    await asyncio.sleep(0)
    assert a.f(1) == 2
"""
        }
    )
    names = ["TestPlain::test_plain", "TestCase::test_case", "test_fixture", "test_indirect[2]", "test_async"]
    good, bad = (
        changed(project, "a.py", ("return x", "return x + 1")),
        changed(project, "a.py", ("return x", "return 9")),
    )
    for name in names:
        with project.runner.lab(request(project, [f"test_a.py::{name}"])) as lab:
            found = screened(lab, bad, good)
            assert [each.fate for each in found] == [Fate.RED, Fate.PASSED], (name, found)
            assert found[0].reds[0].kind == "AssertionError"
    with project.runner.lab(request(project, [f"test_a.py::{name}" for name in names])) as lab:
        (found_bad,) = screened(lab, bad, whole=True)
        assert len(found_bad.reds) == 5
        assert fates(lab, good) == [Fate.PASSED]


def test_a_fixture_whose_teardown_fails_makes_a_test_red(project: Project) -> None:
    project.write({"a.py": "def f():\n    return 1\n"})
    project.write(
        {
            "test_a.py": "import a, pytest\n@pytest.fixture\ndef x():\n    yield\n    assert a.f() == 2\n"
            "def test_a(x): pass\n"
        }
    )
    with project.runner.lab(request(project, ["test_a.py::test_a"])) as lab:
        assert fates(lab, changed(project, "a.py", ("1", "3")), changed(project, "a.py", ("1", "2"))) == [
            Fate.RED,
            Fate.PASSED,
        ]


def test_skipping_is_not_winning(project: Project) -> None:
    project.write({"a.py": "def f():\n    return 1\n"})
    project.write(
        {"test_a.py": "import a, pytest\ndef test_a():\n    if a.f() == 2: pytest.skip('no')\n    assert a.f() == 3\n"}
    )
    with project.runner.lab(request(project, ["test_a.py::test_a"])) as lab:
        skipped, good = screened(lab, changed(project, "a.py", ("1", "2")), changed(project, "a.py", ("1", "3")))
        assert (skipped.fate, skipped.reds[0].kind, good.fate) == (Fate.RED, "skipped", Fate.PASSED)


# What is wrong with the tests themselves


def test_a_target_that_is_green_there_is_of_no_use(sums: Project) -> None:
    with sums.runner.lab(request(sums, [DOUBLE])) as lab:
        assert list(lab.screen([changed(sums, "sums.py", ("a - b", "a + b"))], Stop())) == []
        assert lab.fault == "the target is green there without a patch"
        assert lab.ask("sums.py", ["1"], [None], Stop()) == ()


def test_a_part_of_the_target_may_be_green_there(sums: Project) -> None:
    with sums.runner.lab(request(sums, [*ADD, DOUBLE])) as lab:
        assert screened(lab, changed(sums, "sums.py", ("a - b", "a + b")))[0].passed


def test_a_laboratory_that_was_begun_and_never_asked_leaves_nothing_behind(sums: Project) -> None:
    with sums.runner.lab(request(sums, ADD)) as lab:
        lab.begin()
        lab.begin()


def test_greens_that_are_not_green_there_are_let_go(sums: Project) -> None:
    sums.write({"test_odd.py": "def test_odd(): assert 0\n", "test_broken.py": "import nothing\ndef test_b(): pass\n"})
    keep = ["test_odd.py::test_odd", "test_broken.py::test_b", "test_gone.py::test_c", DOUBLE]
    with sums.runner.lab(request(sums, ADD, keep)) as lab:
        assert fates(lab, changed(sums, "sums.py", ("a - b", "a + b"))) == [Fate.PASSED]


def test_a_test_file_that_does_not_parse_is_red_whatever_is_tried(sums: Project) -> None:
    sums.write({"test_sums.py": "def test_add(:\n"})
    with sums.runner.lab(request(sums, ["test_sums.py"])) as lab:
        (found,) = screened(lab, changed(sums, "sums.py", ("a - b", "a + b")))
        assert (found.fate, found.reds[0].kind) == (Fate.RED, "SyntaxError")


def test_a_conftest_that_fails_is_told(sums: Project) -> None:
    sums.write({"conftest.py": "import sums\nassert sums.add(1, 1) == 2\n"})
    with sums.runner.lab(request(sums, ["test_sums.py"])) as lab:
        bad, good = screened(
            lab, changed(sums, "sums.py", ("a - b", "a * b")), changed(sums, "sums.py", ("a - b", "a + b"))
        )
        assert (bad.fate, good.fate) == (Fate.RED, Fate.PASSED)


# What no candidate may be


@pytest.mark.parametrize(
    "path", ["test_sums.py", "conftest.py", "tests/new.py", "../outside.py", "/etc/passwd", "mine/a.py", ".git/config"]
)
def test_protected_files_are_never_changed(sums: Project, path: str) -> None:
    with sums.runner.lab(request(sums, ADD, protected=("mine/*",))) as lab:
        other = project_edit(sums, path)
        assert fates(lab, Patch((other,)), changed(sums, "sums.py", ("a - b", "a + b"))) == [Fate.UNFIT, Fate.PASSED]
        assert lab.ask("sums.py", ["1"], [Patch((other,))], Stop())[0][0].text == ""


def project_edit(project: Project, path: str) -> Edit:
    place = project.root / path
    before = place.read_text() if place.is_file() and not path.startswith(("/", ".")) else None
    return Edit(path, before, "def pytest_configure(): raise SystemExit(0)\n")


def test_a_file_behind_a_link_is_left_alone(sums: Project, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (sums.root / "linked").symlink_to(tmp_path / "elsewhere")
    with sums.runner.lab(request(sums, ADD)) as lab:
        assert fates(lab, Patch((Edit("linked/a.py", None, "x = 1\n"),))) == [Fate.UNFIT]


def test_what_is_no_python_is_red(sums: Project, lab: Lab) -> None:
    found = screened(lab, changed(sums, "sums.py", ("a - b", "a - ")), changed(sums, "sums.py", ("a - b", "a\0")))
    assert [each.fate for each in found] == [Fate.RED, Fate.RED]
    assert found[0].reds[0].kind == "SyntaxError"


def test_it_works_in_a_fork_of_the_warm_zygote(tmp_path: Path) -> None:
    with WarmProject(tmp_path / "project") as warm:
        warm.write({"sums.py": SUM, "test_sums.py": TESTS}).prime()
        with warm.runner.lab(request(warm, ADD, [DOUBLE])) as lab:
            good, limit = (
                changed(warm, "sums.py", ("a - b", "a + b")),
                changed(warm, "sums.py", ("def add", "X = 1\ndef add")),
            )
            assert fates(lab, limit, good, limit, good) == [Fate.RED, Fate.PASSED, Fate.RED, Fate.PASSED]
        assert warm.run().reds(), "and the zygote is as good as before"


def test_with_a_patch_laid_over_what_is_one_change_away_from_it_is_tried(sums: Project) -> None:
    good = changed(sums, "sums.py", ("a - b", "a + b"))
    (edit,) = good.edits
    mutant = Patch((Edit(edit.path, edit.after, (edit.after or "").replace("2 * a", "3 * a")),))
    with sums.runner.lab(request(sums, ADD, [DOUBLE], patch=good)) as lab:
        assert fates(lab, Patch(()), mutant) == [Fate.PASSED, Fate.RED]
        (row,) = lab.ask("sums.py", ["add(1, 2)", "double(2)"], [mutant], Stop())
    assert [answer.text for answer in row] == ["3", "6"]
