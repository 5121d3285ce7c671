import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tddbot.errors import UnfitError
from tddbot.stop import Stop
from tddbot.watcher.observer import Watcher
from tddbot.watcher.settings import WatcherSettings
from tests.watcher.conftest import DEAF, PATIENCE, Project, Watched, watching


def truncate_and_write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def rename_over(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.k3x9")
    temporary.write_bytes(data)
    temporary.replace(path)


def vim(path: Path, data: bytes) -> None:
    """With the default `backupcopy`: a probe, a swap file, the old file renamed away, the new one written."""
    swap = path.with_name(f".{path.name}.swp")
    swap.write_bytes(b"swap")
    (path.parent / "4913").write_bytes(b"")
    (path.parent / "4913").unlink()
    backup = path.with_name(path.name + "~")
    path.rename(backup)
    path.write_bytes(data)
    backup.unlink()
    swap.unlink()


def pycharm(path: Path, data: bytes) -> None:
    """Safe write: the new text beside, the old one renamed away, then swapped."""
    new, old = path.with_name(path.name + "___jb_tmp___"), path.with_name(path.name + "___jb_old___")
    new.write_bytes(data)
    path.rename(old)
    new.rename(path)
    old.unlink()


def emacs(path: Path, data: bytes) -> None:
    lock = path.with_name(f".#{path.name}")
    lock.symlink_to("user@host.1234:1")
    path.with_name(path.name + "~").write_bytes(path.read_bytes())
    path.write_bytes(data)
    lock.unlink()


SAVES = [truncate_and_write, rename_over, vim, pycharm, emacs]


@pytest.mark.parametrize("save", SAVES)
def test_a_save_is_one_change_set(project, save):
    with watching(project) as watched:
        save(project.root / "src/a.py", b"a = 2\n")
        assert watched.next() == ("src/a.py",)
        assert watched.alarm.is_set()
        project.write("src/deep/er/b.py", "b = 2\n")
        assert watched.next() == ("src/deep/er/b.py",)


@pytest.mark.parametrize("save", SAVES)
def test_a_save_of_the_same_content_is_none(project, save):
    with watching(project) as watched:
        save(project.root / "src/a.py", b"a = 1\n")
        project.write("tests/test_a.py", "def test_b(): pass\n")
        assert watched.until("tests/test_a.py") == {"tests/test_a.py"}


def test_files_that_come_go_and_move(project):
    with watching(project) as watched:
        project.write("src/new.py", "n = 1\n")
        assert watched.next() == ("src/new.py",)
        (project.root / "src/new.py").rename(project.root / "src/other.py")
        assert watched.until("src/other.py") | watched_rest(watched, project) >= {"src/new.py", "src/other.py"}
        (project.root / "src/a.py").unlink()
        assert watched.next() == ("src/a.py",)


def watched_rest(watched, project: Project) -> set[str]:
    """What is still to come, up to a save made now."""
    project.write("tests/test_a.py", f"# {os.urandom(8).hex()}\n")
    return watched.until("tests/test_a.py") - {"tests/test_a.py"}


def test_a_file_in_a_new_directory_made_long_before_it(project):
    with watching(project) as watched:
        (project.root / "fresh/one/two").mkdir(parents=True)
        assert watched_rest(watched, project) == set()
        project.write("fresh/one/two/c.py", "c = 1\n")
        assert watched.next() == ("fresh/one/two/c.py",)
        project.write("fresh/one/two/c.py", "c = 2\n")
        assert watched.next() == ("fresh/one/two/c.py",)


def test_a_whole_tree_moved_in_moved_and_moved_out(project, tmp_path):
    (tmp_path / "elsewhere/sub").mkdir(parents=True)
    (tmp_path / "elsewhere/sub/d.py").write_text("d = 1\n")
    with watching(project) as watched:
        (tmp_path / "elsewhere").rename(project.root / "here")
        assert watched.next() == ("here/sub/d.py",)
        (project.root / "here").rename(project.root / "there")
        assert watched.until("there/sub/d.py") | watched_rest(watched, project) == {"here/sub/d.py", "there/sub/d.py"}
        project.write("there/sub/d.py", "d = 2\n")
        assert watched.next() == ("there/sub/d.py",)
        (project.root / "src").rename(tmp_path / "gone")
        assert watched.until("src/a.py") | watched_rest(watched, project) == {"src/a.py", "src/deep/er/b.py"}
        project.git("checkout", "--", "src")
        assert watched.until("src/a.py") | watched_rest(watched, project) == {"src/a.py", "src/deep/er/b.py"}
        (tmp_path / "gone/a.py").write_text("no longer ours\n")
        project.write("src/deep/er/b.py", "b = 3\n")
        assert watched.until("src/deep/er/b.py") == {"src/deep/er/b.py"}


def test_what_git_ignores_is_none(project):
    with watching(project) as watched:
        project.write("src/out.log", "x")
        project.write("build/lib/x.py", "x = 1\n")
        project.write("env/lib/site-packages/p/__init__.py", "")
        project.write("src/__pycache__/a.pyc", "")
        project.write(".git/whatever", "")
        project.write("src/.tddbot-1.tmp", "x")
        assert watched_rest(watched, project) == set()
        project.write("build/lib/y.py", "y = 1\n")
        project.write("src/out.log", "xx")
        assert watched_rest(watched, project) == set()


def test_a_changed_gitignore_changes_what_counts(project):
    project.write("src/out.log", "x")
    with watching(project) as watched:
        project.write(".gitignore", "/build/\n")
        assert watched.next() == (".gitignore", "src/out.log")
        project.write("src/out.log", "y")
        assert watched.next() == ("src/out.log",)


def test_a_branch_switch_and_back_changes_every_file(project):
    project.git("checkout", "-qb", "wide")
    names = {f"many/d{i % 40}/f{i}.py" for i in range(400)}
    for name in names:
        project.write(name, f"x = {name!r}\n")
    project.git("add", ".")
    project.git("commit", "-qm", "wide")
    project.git("checkout", "-q", "-")
    with watching(project) as watched:
        project.git("checkout", "-q", "wide")
        assert collect(watched, len(names)) == names
        project.git("checkout", "-q", "-")
        assert collect(watched, len(names)) == names


def collect(watched, count: int) -> set[str]:
    seen: set[str] = set()
    while len(seen) < count:
        paths = watched.next()
        assert paths
        seen |= set(paths)
    return seen


def test_saves_while_nobody_waits_are_one_change_set(project):
    with watching(project) as watched:
        project.write("src/a.py", "a = 2\n")
        assert watched.alarm.wait(PATIENCE)
        project.write("src/deep/er/b.py", "b = 2\n")
        assert watched.until("src/deep/er/b.py") == {"src/a.py", "src/deep/er/b.py"}


def test_a_save_that_was_announced_is_returned_even_if_taken_back(project):
    with watching(project, WatcherSettings(debounce_seconds=0.5, rescan_seconds=3600.0)) as watched:
        project.write("src/a.py", "a = 2\n")
        assert watched.alarm.wait(PATIENCE)
        project.write("src/a.py", "a = 1\n")
        assert watched.next() == ("src/a.py",)


def test_names_that_are_not_utf8_or_hold_newlines(project):
    odd = os.fsdecode(b"src/n\xff\nl.py")
    with watching(project) as watched:
        project.write(odd, "x = 1\n")
        assert watched.next() == (odd,)
        project.write(odd, "x = 2\n")
        assert watched.next() == (odd,)


def test_a_link_and_a_pipe(project, tmp_path):
    os.mkfifo(project.root / "src/pipe.py")
    (project.root / "src/link.py").symlink_to("a.py")
    with watching(project) as watched:
        (project.root / "src/link.py").unlink()
        (project.root / "src/link.py").symlink_to("deep")
        assert watched.until("src/link.py") == {"src/link.py"}


def test_absorbed_content_is_no_change(project):
    project.write("notes.py", "1\n")
    with watching(project) as watched:
        project.write("src/a.py", "ours\n")
        assert watched.alarm.wait(PATIENCE)
        watched.watcher.absorb(["src/a.py"])
        assert watched_rest(watched, project) == set()
        project.write("src/a.py", "a = 1\n")
        assert watched.next() == ("src/a.py",)


def test_expected_writes_are_silent_and_everything_else_is_not(project):
    ours: dict[str, bytes | None] = {"src/a.py": b"ours\n", "src/sub/new.py": b"n\n", "src/deep/er/b.py": None}
    with watching(project) as watched:
        with watched.watcher.expecting(ours):
            rename_over(project.root / "src/a.py", b"ours\n")
            project.write("src/sub/new.py", "n\n")
            (project.root / "src/deep/er/b.py").unlink()
        assert watched_rest(watched, project) == set()
        with watched.watcher.expecting({"src/a.py": b"ours, second\n"}):
            project.write("src/a.py", "the user's\n")
        assert watched.next() == ("src/a.py",)
        project.write("src/a.py", "ours, second\n")
        assert watched.next() == ("src/a.py",)


def test_a_change_without_an_event_is_found_by_the_rescan(project):
    settings = WatcherSettings(rescan_seconds=0.2)
    with watching(project, settings) as watched, open(project.root / "src/a.py", "r+b") as file:
        file.write(b"a = 7\n")
        file.flush()
        # The file is still open: no event of a finished write has been sent.
        assert watched.next() == ("src/a.py",)
        assert watched.alarm.is_set()


def test_a_stop_ends_the_wait_and_loses_nothing(project):
    with watching(project) as watched:
        stop = Stop()
        stop.set()
        project.write("src/a.py", "a = 2\n")
        assert watched.watcher.wait(stop) == ()
        assert watched.next() == ("src/a.py",)


def test_a_list_that_fails_is_told_and_the_last_one_stands(project):
    broken = threading.Event()

    def files() -> tuple[str, ...]:
        if broken.is_set():
            raise UnfitError("git is away")
        return project.files()

    with watching(project, DEAF, files) as watched:
        broken.set()
        project.write("src/unknown.py", "")
        project.write("src/a.py", "a = 2\n")
        assert watched.until("src/a.py") == {"src/a.py"}
        assert any("git is away" in notice for notice in watched.notices)


def test_an_error_in_the_thread_reaches_whoever_waits(project):
    def on_change() -> None:
        raise ZeroDivisionError("a bug of the caller")

    with Watcher(project.root, project.files, DEAF, on_change, print) as watcher:
        project.write("src/a.py", "a = 2\n")
        with pytest.raises(ZeroDivisionError):
            Watched(watcher, threading.Event()).next()


def test_no_thread_and_no_descriptor_is_left(project):
    def held() -> tuple[int, int]:
        return threading.active_count(), len(os.listdir("/proc/self/fd"))

    before = held()
    for _ in range(20):
        with watching(project):
            pass
    with watching(project) as watched:
        project.write("src/a.py", "a = 2\n")
        assert watched.next()
    assert held() == before


def test_a_failing_start_leaves_nothing(project):
    def files() -> tuple[str, ...]:
        raise UnfitError("not a repository")

    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(UnfitError), watching(project, DEAF, files):
        pass
    assert len(os.listdir("/proc/self/fd")) == before


LIMITED = """
import sys
from pathlib import Path
from tddbot.stop import Stop
from tddbot.watcher.observer import Watcher
from tddbot.watcher.settings import WatcherSettings

root = Path(sys.argv[1])
Path(sys.argv[2]).write_text(sys.argv[3])
files = lambda: tuple(str(path.relative_to(root)) for path in root.rglob("*.py"))
settings = WatcherSettings(rescan_seconds=3600, fallback_seconds=0.1)
with Watcher(root, files, settings, lambda: None, print) as watcher:
    for path in files():
        (root / path).write_text("changed\\n")
        assert watcher.wait(Stop()) == (path,)
"""


@pytest.mark.parametrize(("limit", "value"), [("max_inotify_watches", "2"), ("max_inotify_instances", "0")])
def test_at_the_inotify_limit_it_says_so_and_looks_instead(project, limit, value):
    """The limit is real: it is set for a user namespace of the test's own."""
    alone = ["unshare", "--user", "--map-root-user"]
    if subprocess.run([*alone, "test", "-w", f"/proc/sys/user/{limit}"], capture_output=True).returncode:
        pytest.skip("no user namespace with limits of its own can be made here")
    done = subprocess.run(
        [*alone, sys.executable, "-c", LIMITED, project.root, f"/proc/sys/user/{limit}", value],
        capture_output=True, text=True, timeout=PATIENCE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("no more inotify watches") == 1


def test_what_the_kernel_dropped_is_found(project):
    """The watcher's thread is held up until the kernel's queue is full, so that the last save has no event."""
    held, queue = threading.Event(), int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if queue > 50_000:
        pytest.skip(f"filling a queue of {queue} events takes too long")
    busy = threading.Event()
    notices: list[str] = []

    def on_change() -> None:
        busy.set()
        assert held.wait(PATIENCE)

    with Watcher(project.root, project.files, DEAF, on_change, notices.append) as watcher:
        project.write("src/a.py", "a = 2\n")
        assert busy.wait(PATIENCE)
        names = [project.root / "src/one.log", project.root / "src/two.log"]
        for number in range(queue + 10):
            os.close(os.open(names[number % 2], os.O_WRONLY | os.O_CREAT))
        project.write("src/deep/er/b.py", "b = 2\n")
        held.set()
        seen = Watched(watcher, busy).until("src/deep/er/b.py")
    assert seen == {"src/a.py", "src/deep/er/b.py"}
    assert len(notices) == 1
    assert "dropped events" in notices[0]
