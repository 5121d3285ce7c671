"""`--commit`: from a red test to a commit of the patch alone, with the user's own git and its hooks."""

from pathlib import Path

from tests.end_to_end.project import Project, last
from tests.end_to_end.test_fix import SLIP


def hooked(project: Project, script: str) -> None:
    hook = project.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)


def test_a_fix_is_committed_with_its_record_and_nothing_else_of_the_users(tmp_path: Path) -> None:
    project = Project.make(tmp_path, SLIP)
    project.write({"notes.txt": "mine\n", "loose.txt": "mine\n"})
    project.git("add", "notes.txt")
    code, events = project.events("fix", "--commit")
    assert code == 0, events[-1]
    patch_id = last(events, "patch_applied")["evidence"]["patch_id"]
    assert last(events, "patch_committed")["commit"] == project.git("rev-parse", "HEAD").strip()
    assert project.git("show", "--name-status", "--format=").splitlines() == ["M\tclamp.py"]
    message = project.git("log", "-1", "--format=%B")
    assert "\n- tests/test_clamp.py::test_above\n" in message
    assert f"\nTddbot-Id: {patch_id}\nAssisted-by: tddbot 0" in message
    assert project.git("status", "--porcelain").splitlines() == ["A  notes.txt", "?? loose.txt"]
    assert project.run("undo").returncode == 0
    assert project.git("status", "--porcelain").splitlines() == [" M clamp.py", "A  notes.txt", "?? loose.txt"]


def test_a_hook_that_refuses_leaves_the_patch_applied_and_the_exit_code_tells(tmp_path: Path) -> None:
    project = Project.make(tmp_path, SLIP)
    hooked(project, "echo 'not on a Monday' >&2; exit 1")
    head, index = project.git("rev-parse", "HEAD"), (project.root / ".git" / "index").read_bytes()
    done = project.run("fix", "--commit")
    assert done.returncode == 1, done.stderr
    assert "not committed, and applied all the same: git commit refused: not on a Monday" in done.stdout
    assert "        return high\n" in project.read("clamp.py")
    assert (project.git("rev-parse", "HEAD"), (project.root / ".git" / "index").read_bytes()) == (head, index)


def test_a_stored_patch_is_applied_and_committed_in_one_go(tmp_path: Path) -> None:
    project = Project.make(tmp_path, SLIP)
    _, events = project.events("fix", "--dry-run")
    patch_id = last(events, "patch_stored")["evidence"]["patch_id"]
    done = project.run("apply", patch_id, "--commit")
    assert done.returncode == 0, done.stderr
    assert f"committed as {project.git('rev-parse', 'HEAD')[:12]}; `tddbot undo`" in done.stdout
    assert project.git("status", "--porcelain") == ""


def test_a_file_with_changes_of_the_users_is_not_committed_under_another_name(tmp_path: Path) -> None:
    project = Project.make(tmp_path, SLIP)
    project.write({"clamp.py": SLIP["clamp.py"] + "\nMINE = 1\n"})
    head = project.git("rev-parse", "HEAD")
    done = project.run("fix", "--commit")
    assert done.returncode == 1, done.stdout
    assert "clamp.py had changes before that are not committed" in done.stdout
    assert "        return high\n" in project.read("clamp.py")
    assert project.git("rev-parse", "HEAD") == head


def test_a_dry_run_commits_nothing_and_says_so(tmp_path: Path) -> None:
    done = Project.make(tmp_path, SLIP).run("fix", "--dry-run", "--commit")
    assert done.returncode == 2
    assert "--commit" in done.stderr


def test_all_that_is_kept_of_a_patch_is_shown(tmp_path: Path) -> None:
    project = Project.make(tmp_path, SLIP)
    _, events = project.events("fix")
    evidence = last(events, "patch_applied")["evidence"]
    assert evidence["repeats"] == 3
    assert len(evidence["digests"]["clamp.py"]) == 64
    assert "tree unchanged" in evidence["held"]
    shown = project.run("show", evidence["patch_id"]).stdout
    for label in ("won", "kept", "proof", "jail", "held", "guard", "by", "cost", "sha256"):
        assert f"\n  {label:<7}" in shown
    assert "3 repeats of the target, 2 without the patch" in shown
