"""Where our own cgroup is, whether it can be divided, and a group from its making to its end; caps where delegated."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.runner import cgroup
from tddbot.runner.cgroup import Events, caps, make, own_group, probe, unfitness
from tddbot.runner.guest.cgroup import enter

MOUNTS = """\
31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/uni\\040fied rw,relatime shared:9 - cgroup2 cgroup2 rw
"""


def test_our_own_group_is_found_where_it_is_mounted() -> None:
    assert own_group("4:memory:/x\n0::/user.slice/a.scope\n", MOUNTS) == Path(
        "/sys/fs/cgroup/uni fied/user.slice/a.scope"
    )
    assert own_group("0::/\n", MOUNTS) == Path("/sys/fs/cgroup/uni fied")


def test_a_part_of_the_tree_may_be_mounted() -> None:
    mount = "41 31 0:38 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
    assert own_group("0::/docker/abc/me\n", mount) == Path("/sys/fs/cgroup/me")
    assert own_group("0::/docker/abcd\n", mount) is None


@pytest.mark.parametrize("text", ["", "4:memory:/x\n", "0::/../outside\n"])
def test_without_version_2_there_is_no_group(text: str) -> None:
    assert own_group(text, MOUNTS) is None
    assert own_group("0::/\n", "") is None


def test_a_group_without_controllers_or_not_ours_is_unfit(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu pids\n")
    assert unfitness(tmp_path) == f"cgroup {tmp_path} has no controller for memory"
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    assert "is not delegated" in (unfitness(tmp_path) or "")


def test_what_the_kernel_counted_is_read(tmp_path: Path) -> None:
    (tmp_path / "memory.events").write_text("low 0\nhigh 0\nmax 31\noom 2\noom_kill 1\noom_group_kill 1\n")
    (tmp_path / "pids.events").write_text("max 7\n")
    assert cgroup.Group(tmp_path).events() == Events(1, 7)
    assert cgroup.Group(tmp_path / "gone").events() == Events()


def test_the_probe_gives_a_reason_or_none() -> None:
    reason = probe()
    assert reason is None or "cgroup" in reason
    assert isinstance(cgroup.home(), str) is (reason is not None)


@pytest.fixture
def home() -> Iterator[Path]:
    """A real group that we may make others in."""
    own = own_group(Path("/proc/self/cgroup").read_text(), Path("/proc/self/mountinfo").read_text())
    if own is None or not all(os.access(own / name, os.W_OK) for name in (".", "cgroup.procs")):
        pytest.skip("no cgroup v2 here that this user may make groups in")
    before = {each.name for each in own.iterdir() if each.is_dir()}
    yield own
    assert {each.name for each in own.iterdir() if each.is_dir()} <= before


def test_a_group_is_made_entered_by_a_tree_and_removed_with_all_that_is_in_it(home: Path) -> None:
    group = make(home, {})
    process = subprocess.Popen(["sh", "-c", "read x; sleep 60 & sleep 60"], stdin=subprocess.PIPE)
    assert process.stdin is not None
    enter(str(group.path), process.pid)
    enter(None, process.pid)
    process.stdin.close()
    assert str(process.pid) in (group.path / "cgroup.procs").read_text().split()
    assert group.events() == Events()
    group.remove()
    assert not group.path.exists()
    assert process.wait() != 0
    group.remove()


def test_a_group_that_cannot_be_limited_is_not_left_behind(home: Path) -> None:
    if "memory" in (home / "cgroup.subtree_control").read_text():
        pytest.skip("here it can be")
    with pytest.raises(OSError, match="memory"):
        make(home, caps(1 << 30, 100))


def test_a_cap_on_the_tree_holds() -> None:
    if reason := probe():
        pytest.skip(reason)
    hog = "import sys; sys.stdin.read(1); x = [bytearray(2**20) for _ in range(2**20)]"
    with cgroup.capped(64 << 20, 16) as group:
        assert group is not None
        process = subprocess.Popen(["python3", "-c", hog], stdin=subprocess.PIPE)
        enter(str(group.path), process.pid)
        process.communicate(b"1")
        assert process.returncode != 0
        assert group.events().oom_kills
    assert not group.path.exists()
