"""What a jail is told of the repository's files: what changes is seen, and what did not change costs nothing."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tddbot.domain import Ending
from tddbot.runner.layout import Layout, protected_paths
from tests.runner.tools import Project, outcomes, wait_for

USER = (os.getuid(), os.getgid())
FILES = (
    "conftest.py", "pkg/__init__.py", "pkg/a.py", "pkg/tests.txt", "pyproject.toml", "sub/tests/test_c.py",
    "tests/__init__.py", "tests/conftest.py", "tests/data.json", "tests/helpers.py", "tests/test_a.py",
    "tests/test_b.py", "tests/unit/b_test.py",
)  # fmt: skip
STEERING = {
    "conftest.py", "pyproject.toml", "tests/__init__.py", "tests/conftest.py", "tests/helpers.py",
}  # fmt: skip


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Watched(Layout):
    """Counts the directories that it reads the state of."""

    looks = 0

    def _read(self, path: str, user: tuple[int, int]):  # type: ignore[no-untyped-def]
        self.looks += 1
        return super()._read(path, user)


def made(root: Path, files: Sequence[str] = FILES) -> Path:
    for path in files:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


def test_a_run_of_everything_lays_all_tests_and_what_steers_them_over(tmp_path: Path) -> None:
    found = Layout(made(tmp_path)).look(FILES, USER)["protected"]
    tests = {"tests/test_a.py", "tests/test_b.py", "tests/unit/b_test.py", "sub/tests/test_c.py"}
    assert set(found) == STEERING | tests
    assert set(found[:2]) == {"conftest.py", "tests/conftest.py"}
    assert protected_paths(FILES) == found


def test_a_run_of_some_tests_leaves_the_files_of_others_out(tmp_path: Path) -> None:
    layout = Layout(made(tmp_path))
    some = layout.look(FILES, USER, (), ("tests/test_a.py::test_x[1]", "tests/test_a.py::C::test_y"))
    assert set(some["protected"]) == STEERING | {"tests/test_a.py"}
    assert set(layout.look(FILES, USER, (), ("tests/unit/b_test.py::t",))["protected"]) == STEERING | {
        "tests/unit/b_test.py"
    }
    assert set(layout.look(FILES, USER, (), ())["protected"]) == STEERING


def test_node_ids_may_be_told_from_below_the_repositorys_root(tmp_path: Path) -> None:
    found = Layout(made(tmp_path)).look(FILES, USER, (), ("tests/test_c.py::test_x",))["protected"]
    assert "sub/tests/test_c.py" in found


def test_what_the_project_protects_is_laid_over_whatever_it_is(tmp_path: Path) -> None:
    layout = Layout(made(tmp_path))
    assert {"pkg/a.py", "pkg/tests.txt"} <= set(layout.look(FILES, USER, ("pkg/*",), ())["protected"])
    assert "pkg/a.py" not in layout.look(FILES, USER, (), ())["protected"]


def test_there_is_a_most_and_the_tests_that_run_come_first() -> None:
    files = (*(f"tests/helper_{n}.py" for n in range(5000)), "tests/test_a.py")
    found = Layout(Path("/nowhere")).look(files, USER, (), ("tests/test_a.py::t",))["protected"]
    assert len(found) == 4000
    assert found[0] == "tests/test_a.py"


def test_nothing_is_read_again_for_the_same_files_within_a_second(tmp_path: Path) -> None:
    clock = Clock()
    layout = Watched(made(tmp_path), clock)
    first = layout.look(FILES, USER)
    looks = layout.looks
    clock.now += 0.9
    assert layout.look(FILES, USER) == first
    assert layout.looks == looks


def test_a_new_secret_is_hidden_at_once_with_a_new_tree_and_soon_without(tmp_path: Path) -> None:
    clock = Clock()
    layout = Layout(made(tmp_path), clock)
    assert layout.look(FILES, USER)["masked"] == ()
    (tmp_path / "pkg" / ".env").write_text("KEY=1")
    assert layout.look((*FILES,), USER)["masked"] == ("pkg/.env",)
    (tmp_path / "tests" / "id_rsa").write_text("KEY")
    clock.now += 20
    assert set(layout.look(FILES, USER)["masked"]) == {"pkg/.env", "tests/id_rsa"}


def test_while_runs_follow_each_other_the_next_walk_is_under_way(tmp_path: Path) -> None:
    clock = Clock()
    layout = Layout(made(tmp_path), clock)
    layout.look(FILES, USER)
    (tmp_path / "pkg" / ".env").write_text("KEY=1")

    def seen() -> bool:
        clock.now += 1.5
        return layout.look(FILES, USER)["masked"] == ("pkg/.env",)

    assert wait_for(seen)


def test_a_secret_that_came_and_went_leaves_nothing(tmp_path: Path) -> None:
    clock = Clock()
    layout = Layout(made(tmp_path), clock)
    (tmp_path / "pkg" / ".env").write_text("KEY=1")
    time.sleep(0.06)  # longer than two changes may share a time stamp
    assert layout.look(FILES, USER)["masked"] == ("pkg/.env",)
    (tmp_path / "pkg" / ".env").unlink()
    clock.now += 20
    assert layout.look(FILES, USER)["masked"] == ()


def test_foreign_directories_are_told(tmp_path: Path) -> None:
    other = Layout(made(tmp_path)).look(FILES, (USER[0] + 1, USER[1]))
    assert set(other["foreign"]) == {"pkg", "sub", "sub/tests", "tests", "tests/unit"}


USES = """
import module, pathlib
def test_a(): module.f(str(pathlib.Path(__file__).parent / "test_b.py"))
"""


@pytest.mark.parametrize("change", ["open(path, 'a').write('#')", "os.unlink(path)", "os.rename(path, path + 'x')"])
def test_a_test_that_was_not_locked_cannot_be_changed_unseen(project: Project, change: str) -> None:
    project.write({"tests/test_a.py": USES, "tests/test_b.py": "def test_b(): pass\n", "module.py": "f = print\n"})
    patch = project.patch(module=f"import os\ndef f(path):\n    {change}\n")
    run = project.run("tests/test_a.py::test_a", patch=patch)
    assert run.ending is Ending.INCOMPLETE
    assert "tests/test_b.py" in run.detail
    assert outcomes(project.run(patch=patch))["test_a"].is_red
    assert (project.root / "tests/test_b.py").read_text() == "def test_b(): pass\n"
