"""What comes out of a jail is not to be trusted: pipes that carry rubbish, too much, or nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from tddbot.domain import Ending
from tddbot.errors import UnfitError
from tests.runner.tools import Project

RUBBISH = """
import os
def pipe():
    for fd in range(3, 100):
        try:
            if os.readlink("/proc/self/fd/%d" % fd).startswith("pipe:"):
                yield fd
        except OSError:
            pass
def test_a(): pass
def test_bad():
    for fd in pipe():
        {}
def test_last(): pass
"""


@pytest.mark.parametrize(
    "act",
    [
        'os.write(fd, b"no json\\n")',
        'os.write(fd, b"\\xff\\xfe\\n")',
        'os.write(fd, b\'{"kind": "nothing"}\\n\')',
        'os.write(fd, b\'{"kind": "end", "code": "0"}\\n\')',
        "os.write(fd, b'{\"kind\": \"end\", \"code\": ' + b'9' * 9000 + b'}\\n')",
        'os.write(fd, b\'{"kind": "end", "code": 0, "x": \' + b\'[\' * 100000 + b\'\\n\')',
        "os.write(fd, b'\\n')",
    ],
)
def test_rubbish_on_the_report_pipe_is_no_run(project: Project, act: str) -> None:
    run = project.write({"test_a.py": RUBBISH.format(act)}).run()
    assert run.ending is Ending.INCOMPLETE
    assert run.detail.startswith("tampered: record ")


def test_a_line_without_end_is_cut_off(project: Project) -> None:
    run = project.write({"test_a.py": RUBBISH.format("\n        while 1: os.write(fd, b'x' * 65536)")}).run()
    assert (run.ending, run.detail) == (Ending.INCOMPLETE, "the run passed its limit of output")


def test_a_report_pipe_that_is_closed_costs_the_test_that_did_it(project: Project) -> None:
    run = project.write({"test_a.py": RUBBISH.format("os.close(fd)")}).run()
    assert "test_a.py::test_bad" not in run.greens()


def test_a_report_pipe_that_is_bent_away(project: Project) -> None:
    run = project.write({"test_a.py": RUBBISH.format("os.dup2(os.open('/dev/null', 1), fd)")}).run()
    assert "test_a.py::test_bad" not in run.greens()


def test_a_forged_end_is_not_the_end(project: Project) -> None:
    act = 'os.write(fd, b\'{"kind": "end", "code": 0}\\n\')\n        os._exit(0)'
    run = project.write({"test_a.py": RUBBISH.format(act)}).run()
    assert "test_a.py::test_bad" not in run.greens()


def test_an_interpreter_that_is_gone(project: Project) -> None:
    project.python = replace(project.python, executable="/nowhere/python")
    with pytest.raises(UnfitError, match="/nowhere/python does not start"):
        project.run()


WITHOUT_NAMESPACES = """
import ctypes, os, sys
from pathlib import Path
from tddbot.runner.settings import RunnerSettings
from tests.runner.tools import Project
project = Project(Path(sys.argv[1]), RunnerSettings(jail=sys.argv[2]))
user, group = os.geteuid(), os.getegid()
assert ctypes.CDLL(None).unshare(0x10000000) == 0
for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
    Path("/proc/self", name).write_text(text)
Path("/proc/sys/user/max_user_namespaces").write_text("0")
project.run()
"""


@pytest.mark.parametrize(
    ("jail", "missing"), [("namespaces", "NoJailError: no jail is possible here: user namespace failed"), ("auto", "")]
)
def test_where_no_jail_is_possible_nothing_runs_and_the_missing_part_is_named(
    project: Project, jail: str, missing: str
) -> None:
    project.write({"test_a.py": "def test_a(): open('/tmp/ran', 'w')\n"})
    top = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NAMESPACES, str(project.root), jail],
        cwd=top, env={**os.environ, "PYTHONPATH": str(top)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert missing in done.stderr
    assert "no jail is possible here: " in done.stderr.strip().splitlines()[-1]
