"""What is applied and what is undone, also after tddbot was killed in between and with several worktrees."""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tddbot.domain import Edit, Evidence, Patch, Usage
from tddbot.repository.git_repository import GitRepository
from tddbot.repository.journal import Change, Journal, write
from tddbot.store.sqlite_store import SqliteStore
from tests.end_to_end.project import Project

BEFORE, AFTER = "x = 1\n", "x = 2\n"
PATCH = Patch((Edit("module.py", BEFORE, AFTER), Edit("new/made.py", None, "y = 1\n")))

KILLED = """
import os, signal
from tddbot.cli.main import main
from tddbot.store.sqlite_store import SqliteStore
SqliteStore.mark = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
main()
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.make(tmp_path, {"module.py": BEFORE, "tests/test_ok.py": "def test_ok():\n    assert True\n"})
    proven(made)
    return made


def proven(project: Project) -> None:
    with SqliteStore.open(GitRepository.open(project.root).state) as store:
        store.save_patch(PATCH, "makes two of one")
        store.record_evidence(
            Evidence(PATCH.id, ("t",), "cause", "tree", ("t",), 1, 1, "namespaces", "offline", "note", Usage(), 1.0)
        )
        store.mark(PATCH.id, "proven")


def state(project: Project) -> str:
    return project.run("log").stdout.split()[1]


def killed_before_the_mark(project: Project, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments], cwd=project.root, env=project.environment(), capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def leave_the_journal(project: Project, patch: Patch) -> None:
    """As a tddbot leaves it that was killed after its last rename."""
    desk = GitRepository.open(project.root).state / "apply"
    changes = tuple(Change(edit.path, edit.before_bytes(), edit.after_bytes()) for edit in patch.edits)
    write(desk, Journal(patch.id, changes, ()))


@pytest.mark.parametrize("journal", [False, True])
def test_an_apply_killed_before_its_mark_can_be_undone(project: Project, journal: bool) -> None:
    killed_before_the_mark(project, "apply", PATCH.id)
    if journal:
        leave_the_journal(project, PATCH)
    assert (project.read("module.py"), state(project)) == (AFTER, "proven")
    done = project.run("undo")
    assert done.returncode == 0, done.stderr
    assert f"Patch {PATCH.id} is applied, as the tree shows" in done.stderr + done.stdout
    assert (project.read("module.py"), state(project)) == (BEFORE, "undone")
    assert not (project.root / "new").exists()


@pytest.mark.parametrize("journal", [False, True])
def test_an_undo_killed_before_its_mark_is_one(project: Project, journal: bool) -> None:
    assert project.run("apply", PATCH.id).returncode == 0
    killed_before_the_mark(project, "undo")
    if journal:
        leave_the_journal(project, PATCH.inverse())
    assert (project.read("module.py"), state(project)) == (BEFORE, "applied")
    done = project.run("undo")
    assert done.returncode == 2
    assert "no patch is applied" in done.stderr
    assert state(project) == "undone"
    assert project.run("apply", PATCH.id).returncode == 0
    assert (project.read("module.py"), state(project)) == (AFTER, "applied")


def test_what_the_user_takes_back_for_a_while_stays_applied(project: Project) -> None:
    assert project.run("apply", PATCH.id).returncode == 0
    project.write({"module.py": BEFORE})
    done = project.run("undo")
    assert done.returncode == 1
    assert state(project) == "applied"
    project.write({"module.py": AFTER})
    assert project.run("undo").returncode == 0


def test_each_worktree_has_its_own_applied_patches(project: Project, tmp_path: Path) -> None:
    project.git("worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    other = replace(project, root=tmp_path / "other")
    assert project.run("apply", PATCH.id).returncode == 0
    assert other.run("undo").returncode == 2
    assert other.run("apply", PATCH.id).returncode == 0
    assert project.run("undo").returncode == 0
    assert (project.read("module.py"), state(project)) == (BEFORE, "undone")
    assert (other.read("module.py"), state(other)) == (AFTER, "applied")
    assert project.run("undo").returncode == 2
    assert other.run("undo").returncode == 0
    assert other.read("module.py") == BEFORE


def test_a_project_that_is_moved_can_still_undo(project: Project, tmp_path: Path) -> None:
    assert project.run("apply", PATCH.id).returncode == 0
    project.root.rename(tmp_path / "moved")
    moved = replace(project, root=tmp_path / "moved")
    assert moved.run("undo").returncode == 0
    assert moved.read("module.py") == BEFORE


def test_a_file_that_has_changed_is_a_conflict_with_a_next_step(project: Project) -> None:
    project.write({"module.py": "x = 3\n"})
    done = project.run("apply", PATCH.id)
    assert done.returncode == 1
    assert done.stdout.endswith(
        "module.py has changed since the patch was made. `tddbot fix` plans it anew on the tree as it is.\n"
    )
    assert project.read("module.py") == "x = 3\n"


def test_an_unknown_id_names_both_lists(project: Project) -> None:
    done = project.run("apply", "feed")
    assert done.returncode == 2
    assert "`tddbot log` lists the proven ones, `tddbot log --all` every candidate." in done.stderr
