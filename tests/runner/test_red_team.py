"""Holes that an attacker of our own found in the jail and in its evidence, each looked at from outside."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tddbot.domain import Edit, Ending, Patch
from tddbot.runner import bubblewrap, vigil
from tddbot.runner.seals import Seals
from tddbot.runner.settings import RunnerSettings
from tddbot.runner.split import reason_unfit
from tddbot.stop import Stop
from tests.contracts.backends import python_for_anybody, require_landlock
from tests.runner.tools import Project, WarmProject, descendants, interpreter, left_over, wait_for

_TEST = "import module\ndef test_a(): assert module.f() == 1\n"
_SLEEPS = """
import subprocess, sys
def f(): return subprocess.run([sys.executable, "-c", "import time; time.sleep(60)", "{token}"]).returncode
"""


@contextlib.contextmanager
def under_way(project: Project) -> Iterator[None]:
    """While a candidate's test runs."""
    token, stop = f"token-{os.urandom(8).hex()}", Stop()
    patch = project.patch(module=_SLEEPS.format(token=token))
    thread = threading.Thread(target=lambda: project.run("test_a.py::test_a", patch=patch, stop=stop))
    thread.start()
    try:
        assert wait_for(lambda: left_over(token))
        yield
    finally:
        stop.set()
        thread.join()


def memory(process: int) -> bytes:
    """All that can be read of a process's memory."""
    parts = []
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", buffering=0) as file:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if rights.startswith("rw"):
                with contextlib.suppress(OSError, ValueError, OverflowError):
                    parts.append(os.pread(file.fileno(), end - start, start))
    return b"\0".join(parts)


@pytest.mark.parametrize("kind", [Project, WarmProject])
def test_the_key_of_the_seals_is_in_nobodys_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Callable[[Path], Project]
) -> None:
    keys: list[bytes] = []

    class Known(Seals):
        def __init__(self) -> None:
            super().__init__()
            keys.append(self.key)

    monkeypatch.setattr(vigil, "Seals", Known)
    with kind(tmp_path / "repository") as project:
        project.write({"module.py": "def f(): return 1\n", "test_a.py": _TEST}).prime()
        project.run("test_a.py::test_a", patch=project.patch(module="def f(): return 2\n"))
        with under_way(project):
            found = {}
            for process in {*descendants(project), project.zygote} - {None}:
                with contextlib.suppress(PermissionError, ProcessLookupError, FileNotFoundError):
                    found[process] = memory(process)  # process 1 of the jail shows its own to root alone
    assert any(b"test_a.py::test_a" in content for content in found.values())
    assert keys
    assert [process for process in found for key in keys if key in found[process]] == []
    assert [process for process in found for key in keys if key.hex().encode() in found[process]] == []


_PICKLES = """
import pickle
class Evil:
    def __reduce__(self): return eval, ("type('Any', (), {'__eq__': lambda *_: True})()",)
def f(): return pickle.dumps(Evil())
"""


def test_a_pickle_from_the_modules_jail_does_not_become_code_among_the_tests(tmp_path: Path) -> None:
    with Project(tmp_path / "repository") as project:
        test = "import conftest, module\ndef test_a(): assert conftest.load(module.f()) == 42\n"
        project.write({"module.py": "", "test_a.py": test, "conftest.py": "from pickle import loads as load\n"})
        run = project.run(patch=project.patch(module=_PICKLES), split=True)
        patch = project.patch(module=_PICKLES)
    assert run.greens() == frozenset()
    assert run.detail == "unfit for split mode: the tests unpickle builtins.eval"
    assert reason_unfit(patch, {"test_a.py": test + "import pickle\n"}) == "test_a.py uses pickle"


_LONG_NAMES = """
import os
import subprocess
import sys
def f():
    place = os.open(".", os.O_RDONLY)
    for _ in range(39):
        os.mkdir(b"\\xff" * 250, dir_fd=place)
        place = os.open(b"\\xff" * 250, os.O_RDONLY, dir_fd=place)
    for number in range(20_000):
        os.close(os.open("x" * 200 + str(number), os.O_CREAT | os.O_WRONLY, dir_fd=place))
    return 1
"""


def test_names_that_process_1_has_no_memory_for_do_not_end_tddbot(tmp_path: Path) -> None:
    with Project(tmp_path / "repository", RunnerSettings(memory_mb=64)) as project:
        project.write({"module.py": "def f(): return 1\n", "test_a.py": _TEST}).prime()
        run = project.run("test_a.py::test_a", patch=project.patch(module=_LONG_NAMES))
    assert (run.ending, run.detail) == (
        Ending.INCOMPLETE,
        "tampered: more files were changed than can be looked at",
    )


_KEEPS = """
import os, resource
from tddbot.runner.guest import init
reading, writing = os.pipe()
for fd in (700, 701):
    os.dup2(reading, fd)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
init._keep_only(700)
assert sorted(fd for fd in range(1000) if os.path.exists(f"/proc/self/fd/{fd}")) == [0, 1, 2, 700]
"""


def test_no_descriptor_is_left_open_above_the_limit_of_open_files() -> None:
    top = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(top)}
    subprocess.run([sys.executable, "-c", _KEEPS], check=True, env=environment, stdin=subprocess.DEVNULL)


def test_where_the_tests_see_the_zygote_it_keeps_its_memory_to_itself(tmp_path: Path) -> None:
    source = """
import os
import subprocess
import sys
def refused(path):
    try:
        return not os.listdir(path) if path.endswith("fd") else not open(path, "rb").read(1)
    except OSError:
        return True
def test_a():
    others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    words = {name: open(f"/proc/{name}/cmdline", "rb").read() for name in others}
    zygotes = [name for name in others if b"bootstrap" in words[name] and b"bwrap" not in words[name]]
    owners = {os.stat(f"/proc/{name}/mem").st_uid for name in zygotes}
    assert owners and os.getuid() not in owners
    assert all(refused(f"/proc/{name}/{what}") for name in zygotes for what in ("fd", "environ", "maps", "mem"))
"""
    if reason := bubblewrap.unfitness():
        pytest.skip(reason)
    with Project(tmp_path / "repository", RunnerSettings(jail="bubblewrap")) as project:
        project.write({"test_a.py": source})
        run = project.run(detail=True)
    assert {node: run.results[node].failure for node in run.reds()} == {}
    assert run.greens()


@pytest.mark.parametrize("jail", ["auto", "landlock"])
@pytest.mark.parametrize("path", ["../victim", "a/../../victim", "/tmp/victim", "./victim"])
def test_an_edit_that_leaves_the_repository_is_refused_by_the_jail_too(tmp_path: Path, jail: str, path: str) -> None:
    if jail == "landlock":
        require_landlock()
    python = python_for_anybody() if jail == "landlock" else interpreter()
    with Project(tmp_path / "repository", RunnerSettings(jail=jail), python=python) as project:  # type: ignore[arg-type]
        project.write({"test_a.py": "def test_a(): pass\n"})
        run = project.run(patch=Patch((Edit(path, None, "evil"),)))
    assert (run.ending, run.detail) == (
        Ending.INCOMPLETE,
        f"{path} cannot be written: it leaves the repository or is not normal",
    )


def test_what_a_link_with_a_secret_name_leads_to_is_hidden_by_its_own_name_too(tmp_path: Path) -> None:
    with Project(tmp_path / "repository") as project:
        places = (".env", "sub/.env", "local/production")
        source = f"def test_a(): assert [open(place).read() for place in {places}] == [''] * 3\n"
        project.write({"local/production": "KEY=1", ".gitignore": "/local\n", "sub/x": "", "test_a.py": source})
        (project.root / ".env").symlink_to("local/production")
        (project.root / "sub" / ".env").symlink_to("../.env")
        run = project.run()
    assert run.greens(), run.reds()


_TELLS = """
import sys
def f():
    frame = sys._getframe()
    while "wire" not in frame.f_locals:
        frame = frame.f_back
    send = frame.f_locals["wire"].send
    {act}
    return 1
"""
_FLOODS = {
    "traces": 'send("trace", node="test_a.py::test_a", lines={"module.py": [1, 2]})',
    "tests": 'for n in range(0, 10**7, 10**5): send("collected", nodes=list(map(hex, range(n, n + 10**5))))',
}


@pytest.mark.parametrize("name", _FLOODS)
def test_a_report_is_not_kept_beyond_what_a_run_has_to_tell(tmp_path: Path, name: str) -> None:
    with Project(tmp_path / "repository") as project:
        project.write({"module.py": "def f(): return 1\n", "test_a.py": _TEST})
        run = project.run("test_a.py::test_a", patch=project.patch(module=_TELLS.format(act=_FLOODS[name])))
    assert (run.ending, run.detail) == (
        Ending.INCOMPLETE,
        "the report pipe carried more than a run has to tell",
    )
