"""What every jail must hold: the abuse cases of the threat model, by their numbers there, as real tests in a real jail.

Each backend runs the same attacks, observed from outside: afterwards the host's tree is byte for byte as it was, and no
process, mount or file is left. Not here: 48, which needs a fallback.
"""

import contextlib
import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tddbot.domain import Ending, Outcome, Patch, Run
from tddbot.runner.settings import RunnerSettings
from tddbot.runner.split import HELD
from tests.contracts.backends import BACKENDS, CANNOT, Backend
from tests.repository.tools import fingerprint
from tests.runner.tools import Project, WarmProject, children, descendants, left_over, outcomes, wait_for

ABUSE = Path(__file__).parent / "abuse"
SECRET = "s3cr3t-" + os.urandom(8).hex()
LIMITS = RunnerSettings(memory_mb=1024, tmp_mb=16, processes=48, open_files=256)

_LIBC = ctypes.CDLL(None)
_SUBREAPER = 36


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    return BACKENDS[request.param]


@pytest.fixture(autouse=True)
def held_here(request: pytest.FixtureRequest) -> None:
    """Leave out what this backend cannot hold, and say why."""
    backend = request.getfixturevalue("backend") if "backend" in request.fixturenames else Project
    if reason := cannot(backend).get(request.node.originalname):
        pytest.skip(reason)


def cannot(backend: Backend) -> dict[str, str]:
    """What a backend cannot hold: tests, each with the reason."""
    return next((CANNOT.get(name, {}) for name, known in BACKENDS.items() if known is backend), {})


@contextmanager
def arena(where: Path, backend: Backend) -> Iterator[Project]:
    """A repository with secrets in it and around it; when it is left, the host must be as it was."""
    project = backend(where / "repository", LIMITS, {"PATH": os.environ["PATH"], "API_KEY": SECRET})
    mark = f"mark-{os.urandom(8).hex()}"
    project.write(
        {
            "../home/.ssh/id_rsa": SECRET, "../home/keep": "kept", ".env": f"KEY={SECRET}", "pyproject.toml": "",
            "tests/test_other.py": "def test_other(): pass\n", "tests/conftest.py": "",
        }
    )  # fmt: skip
    (project.root / ".git" / "token").write_text(SECRET)
    (project.root / "mark").write_text(mark)
    project.prime()
    before, offspring, mounts = contents(where), descendants(project), Path("/proc/self/mountinfo").read_text()
    own = children(project)
    _LIBC.prctl(_SUBREAPER, 1, 0, 0, 0)  # whatever is orphaned becomes our child, and is seen
    try:
        yield project
        # A keeper says its last word and is then buried; what bubblewrap leaves to be buried has come to us.
        assert wait_for(lambda: buried(project, own) and descendants(project) == offspring)
        assert left_over(mark) == []
        assert Path("/proc/self/mountinfo").read_text() == mounts
        assert [path for place in ("/tmp", "/dev/shm", "/var/tmp") for path in Path(place).glob(f"*{mark}*")] == []
        after = contents(where)
        assert {path: after.get(path) for path in before} == before
    finally:
        _LIBC.prctl(_SUBREAPER, 0, 0, 0, 0)
        project.runner.close()


@contextmanager
def untouched(where: Path) -> Iterator[None]:
    """Whatever happens inside, nothing below `where` is changed, added or taken away."""
    before = contents(where), times(where)
    yield
    assert (contents(where), times(where)) == before


def contents(where: Path) -> dict[str, tuple[int, str]]:
    return fingerprint(where)


def times(where: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in (where, *where.rglob("*"))}


def buried(project: Project, before: set[int]) -> bool:
    """Bury the dead that became our children; whether no other is left that was not there `before`."""
    for process in children(project) - before:
        os.waitpid(process, os.WNOHANG)
    return children(project) == before


@pytest.fixture
def project(backend: Backend, tmp_path: Path) -> Iterator[Project]:
    with arena(tmp_path, backend) as project:
        yield project


def attack(project: Project, source: str, **more: object) -> Run:
    """Run one hostile test file, and see that nothing of it reached the repository."""
    project.write({"test_evil.py": source})
    with untouched(project.root.parent):
        return project.run(**more)


@contextmanager
def host(where: Path, token: str) -> Iterator[dict[str, object]]:
    """What on the host a jail must not reach: services on loopback, a process, shared memory, a home."""
    with ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{token}")
        abstract.listen()
        segment = int.from_bytes(os.urandom(3), "big") + 1
        identity = _LIBC.shmget(segment, 4096, 0o1600)
        stack.callback(_LIBC.shmctl, identity, 0, None)
        shared = Path("/dev/shm", token)
        shared.write_text(SECRET)
        stack.callback(shared.unlink)
        bystander = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()", token],
            stdin=subprocess.PIPE, env={"API_KEY": SECRET},
        )  # fmt: skip
        stack.enter_context(bystander)
        yield {
            "home": str(where / "home"), "secret": SECRET, "token": token, "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1], "abstract": token, "segment": segment, "bystander": bystander.pid,
            "tddbot": os.getpid(),
        }  # fmt: skip
        assert bystander.poll() is None


@pytest.fixture(scope="module")
def escapes(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of all the attempts to get out."""
    where = tmp_path_factory.mktemp("escapes")
    with arena(where, backend) as project, host(where, f"token-{os.urandom(8).hex()}") as facts:
        project.write({"facts.json": json.dumps({**facts, "cannot": cannot(backend)})})
        shutil.copy(ABUSE / "escapes.py", project.root / "test_escapes.py")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOME", str(where / "home"))
            with untouched(where):
                return project.run(
                    detail=True
                )  # all tests: what others than those that run are, is looked at afterwards


ESCAPES = [
    line.removeprefix("def ").partition("(")[0]
    for line in (ABUSE / "escapes.py").read_text().splitlines()
    if line.startswith("def test_")
]


@pytest.mark.parametrize("name", ESCAPES)
def test_an_attempt_to_get_out_is_beaten_off(backend: Backend, escapes: Run, name: str) -> None:
    assert escapes.ending is Ending.COMPLETE, escapes.detail
    results = [r for node, r in escapes.results.items() if node.partition("::")[2].partition("[")[0] == name]
    assert results
    if reason := cannot(backend).get(name):
        pytest.skip(reason)
    assert {result.node_id: result.failure for result in results if not result.outcome.is_green} == {}


def test_27_a_conftest_that_a_candidate_adds_makes_the_run_worthless(project: Project) -> None:
    project.write({"a/test_a.py": "import module\ndef test_a(): pass\n", "b/test_b.py": "", "module.py": ""})
    source = "open('b/conftest.py', 'w').write('import pytest')\n"
    with untouched(project.root):
        run = project.run(patch=Patch((project.edit("module.py", source),)))
    assert run.ending is Ending.INCOMPLETE


def test_30_the_whole_tree_is_removed(project: Project) -> None:
    run = attack(project, "import shutil\ndef test_bad():\n    shutil.rmtree('.', ignore_errors=True)\n    assert 0\n")
    assert run.reds()


def test_31_a_poisoned_compiled_file_is_gone_in_the_next_run(project: Project) -> None:
    project.write({"module.py": "x = 1\n", "test_evil.py": "import bad, module\ndef test_x(): assert module.x == 1\n"})
    poison = (
        "import os, py_compile\nopen('evil', 'w').write('x = 2\\n')\nos.makedirs('__pycache__', exist_ok=True)\n"
        "import importlib.util as u\npy_compile.compile('evil', u.cache_from_source('module.py'), "
        "invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)\n"
    )
    assert project.run("test_evil.py::test_x", patch=project.patch(bad=poison)).reds()
    assert project.run("test_evil.py::test_x", patch=project.patch(bad="")).greens()


REMEMBERS = """
import os, pathlib, tempfile
PLACES = (".", "tests", "__pycache__", "/tmp", "/var/tmp", "/dev/shm", os.path.expanduser("~"), tempfile.gettempdir())
def f():
    marks = [pathlib.Path(place, "mark-of-a-first-run") for place in PLACES]
    seen = any(mark.exists() for mark in marks)
    for mark in marks:
        try:
            mark.parent.mkdir(exist_ok=True)
            mark.write_text("")
        except OSError:
            pass
    return 0 if seen else 42
"""


def test_31_what_a_candidate_leaves_behind_is_gone_in_the_next_run(project: Project) -> None:
    project.write({"module.py": "", "test_evil.py": "import module\ndef test_x(): assert module.f() == 42\n"})
    for _ in range(2):
        with untouched(project.root.parent):
            assert project.run("test_evil.py", patch=project.patch(module=REMEMBERS)).greens()


NEVER_A_PASS = {
    "32 exit at import": "import os\nos._exit(0)\ndef test_bad(): pass",
    "32 exit in a call": "import os\ndef test_bad(): os._exit(0)",
    "32 exit in a thread": "import os, threading, time\ndef test_bad():\n"
    "    threading.Timer(0.2, os._exit, (0,)).start()\n    time.sleep(60)",
    "32 exec": "import os, sys\ndef test_bad(): os.execv(sys.executable, ['python', '-c', ''])",
    "33 skip": "import pytest\ndef test_bad(): pytest.skip('no')",
    "33 skip of unittest": "import unittest\ndef test_bad(): raise unittest.SkipTest",
    "33 xfail": "import pytest\ndef test_bad(): pytest.xfail('no')",
    "33 exit": "import pytest\ndef test_bad(): pytest.exit('no', 0)",
    "33 exit at import": "import pytest\npytest.exit('no', 0)\ndef test_bad(): pass",
    "33 mark": "import pytest\n@pytest.mark.xfail\ndef test_bad(): pass",
    "38 report pipe closed": "import os\ndef test_bad(): os.closerange(3, 200)",
    "38 report pipe bent away": "import os\ndef test_bad():\n    for fd in range(3, 50):\n"
    "        os.dup2(os.open(os.devnull, os.O_WRONLY), fd)",
    "42 threads": "import threading, time\ndef test_bad():\n"
    "    while True: threading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
    "42 memory": "def test_bad():\n    x = []\n    while True: x.append(bytearray(10**7))",
    "42 memory at once": "def test_bad(): bytearray(10**11)",
    "46 sparse file": "def test_bad():\n    with open('big', 'wb') as file: file.truncate(2**40)",
}


@pytest.mark.parametrize("name", NEVER_A_PASS)
def test_never_a_pass(project: Project, name: str) -> None:
    run = attack(project, NEVER_A_PASS[name] + "\n", test_seconds=10.0)
    assert run.ending is not Ending.CANCELLED
    assert not [node for node in run.greens() if "test_bad" in node]


FORGERIES = [
    line.removeprefix("def ").partition("(")[0]
    for line in (ABUSE / "forgers.py").read_text().splitlines()
    if line.startswith("def forge_")
]
_FORGED = "test_target.py::test_target"
_TARGET = """
import json, module, pathlib
def test_before(): assert module.g()
def test_target():
    assert module.f() == json.loads(pathlib.Path(__file__).with_name("tests").joinpath("data/x.json").read_text())
def test_after(): assert module.g()
"""


@pytest.fixture(scope="module")
def forgery(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A repository with a red test whose baseline was taken."""
    with arena(tmp_path_factory.mktemp("forgery"), backend) as project:
        project.write(
            {"test_target.py": _TARGET, "module.py": "", "tests/data/x.json": "42", "tests/helper.py": ""}
        )  # fmt: skip
        assert _FORGED in project.run().reds()
        yield project


def test_honest_work_is_no_forgery(forgery: Project) -> None:
    run = forgery.run(patch=forgery.patch(module="def f(): return 42\ndef g(): return 1\n"))
    assert (run.ending, run.detail, run.reds()) == (Ending.COMPLETE, "", ())
    # In a warm run, which proves nothing, there is no watch.
    watched = () if isinstance(forgery, WarmProject) else ("nothing replaced that tests assert with",)
    assert run.held == ("signed records", "canaries", *watched, "no protected file changed", "exit code")


@pytest.mark.parametrize("when", ["at import", "in a call"])
@pytest.mark.parametrize("name", FORGERIES)
def test_34_35_36_38_a_forged_pass_is_found_out(forgery: Project, name: str, when: str) -> None:
    act = f"{name}()\ndef f(): return 0\n" if when == "at import" else f"def f():\n    {name}()\n    return 0\n"
    source = f"{(ABUSE / 'forgers.py').read_text()}\n\n{act}def g(): return 1\n"
    run = forgery.run(patch=forgery.patch(module=source))
    assert run.ending is not Ending.COMPLETE or _FORGED not in run.greens()


UNSEEN = {
    "equal to anything": """
class Anything:
    def __eq__(self, other): return True
def f(): return Anything()
def g(): return 1
""",
    "rewrites the test through the frames": """
import sys
def f(): return 0
def g():
    frame = sys._getframe(1)
    while frame is not None:
        if "test_target" in frame.f_globals:
            frame.f_globals["test_target"].__code__ = (lambda: None).__code__
        frame = frame.f_back
    return 1
""",
    "finds the test through gc and knows the canaries": """
import gc
def f(): return 0
def g():
    for each in gc.get_objects():
        if type(each).__name__ == "Function" and getattr(each, "name", "") == "test_target":
            each.runtest = lambda: None
    return 1
""",
}


@pytest.mark.parametrize("name", UNSEEN)
def test_37_what_forges_a_pass_unseen_fails_in_split_mode(tmp_path: Path, name: str) -> None:
    with arena(tmp_path, Project) as project:
        test = "import module\ndef test_before(): assert module.g() == 1\ndef test_target(): assert module.f() == 42\n"
        project.write({"test_target.py": test, "module.py": ""})
        patch = project.patch(module=UNSEEN[name])
        together, apart = (project.run("test_target.py", patch=patch, split=split) for split in (False, True))

    assert _FORGED in together.greens() or together.detail.startswith("tampered: ")
    assert _FORGED not in apart.greens()
    assert HELD in apart.held
    assert apart.ending is Ending.INCOMPLETE or _FORGED in apart.reds()


def test_39_a_hang_that_ignores_signals(project: Project) -> None:
    source = (
        "import signal, time\ndef test_bad():\n    for number in range(1, 32):\n"
        "        if number not in (9, 19): signal.signal(number, signal.SIG_IGN)\n    while True: time.sleep(600)\n"
    )
    assert outcomes(attack(project, source, test_seconds=0.5))["test_bad"] is Outcome.TIMEOUT


DAEMON = """
import os, subprocess, sys
def test_daemon():
    mark = open("mark").read()
    code = "import os, time; os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0); time.sleep(600)"
    subprocess.run([sys.executable, "-c", code, mark], check=True)
"""


def test_40_a_daemon_is_dead_at_the_verdict(project: Project) -> None:
    assert outcomes(attack(project, DAEMON))["test_daemon"] is Outcome.PASSED


def test_41_a_fork_bomb(project: Project) -> None:
    source = """
import os
def test_bad():
    while True:
        try: os.fork()
        except OSError: pass
"""
    assert not [node for node in attack(project, source, test_seconds=2.0).greens() if "test_bad" in node]


FILL = """
import errno, os, pathlib, pytest

@pytest.mark.parametrize("place", ["/tmp", "/var/tmp", "/dev/shm", os.environ["HOME"], "."])
@pytest.mark.parametrize("what", ["bytes", "files"])
def test_fill(place, what):
    there, made = pathlib.Path(place, "full"), 0
    there.mkdir()
    try:
        with pytest.raises(OSError) as raised:
            for number in range(100_000):
                (there / str(number)).write_bytes(b"x" * 2**20 if what == "bytes" else b"")
                made += len(b"x" * 2**20) if what == "bytes" else 1
        assert raised.value.errno == errno.ENOSPC
        assert made < 20 * 2**20
    finally:
        for path in there.iterdir():
            path.unlink()
        there.rmdir()

@pytest.mark.parametrize("place", ["/", "/etc", "/dev", "/proc", "/usr"])
def test_no_room(place):
    with pytest.raises(OSError):
        pathlib.Path(place, "x").write_bytes(b"x")

def test_together():
    there = [pathlib.Path(place, "part") for place in ("/tmp", "/var/tmp", "/dev/shm", os.environ["HOME"])]
    with pytest.raises(OSError):
        for path in there:
            path.write_bytes(b"x" * 2**20 * 5)
"""


def test_43_disks_in_memory_are_small(project: Project) -> None:
    run = attack(project, FILL, detail=True)
    assert run.ending is Ending.COMPLETE, run.detail
    assert {node: run.results[node].failure for node in run.reds()} == {}


def test_44_a_flood_of_output_is_cut_off(project: Project) -> None:
    source = "import os\ndef test_bad():\n    while True: os.write(2, b'x' * 65536)\n"
    project.write({"pytest.ini": "[pytest]\naddopts = -s\n"})
    run = attack(project, source)
    assert (run.ending, run.detail) == (Ending.INCOMPLETE, "the run passed its limit of output")


def test_45_a_kill_of_what_runs_the_jail_leaves_no_survivor(project: Project) -> None:
    source = DAEMON + "    import time; time.sleep(600)\n"
    project.write({"test_evil.py": source})
    mark, before, runs = (project.root / "mark").read_text(), children(project), list[Run]()
    thread = threading.Thread(target=lambda: runs.append(project.run()))
    thread.start()
    assert wait_for(lambda: left_over(mark))
    while thread.is_alive():  # a warm run that has lost its zygote is repeated in a fresh process
        for process in children() - before if left_over(mark) else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, 9)
        thread.join(0.2)
    assert not [node for node in runs[0].greens() if "test_daemon" in node]
    assert wait_for(lambda: buried(project, before) and not left_over(mark))


def test_46_odd_files_do_not_reach_the_host(project: Project) -> None:
    source = """
import os
def test_files():
    os.symlink("/etc/passwd", "link")
    os.symlink("../home/keep", "out")
    os.mkfifo("fifo")
    open("a", "w").close()
    os.link("a", "b")
    assert not os.path.exists("out")
    assert not os.path.exists("../home")
"""
    assert outcomes(attack(project, source))["test_files"] is Outcome.PASSED
    assert not (project.root / "fifo").exists()


def test_47_two_candidates_bind_one_port(project: Project) -> None:
    source = (
        "import socket, time\ndef test_port():\n    with socket.create_server(('0.0.0.0', 8765)): time.sleep(0.5)\n"
    )
    project.write({"test_evil.py": source})
    runs: list[Run] = []
    threads = [threading.Thread(target=lambda: runs.append(project.run("test_evil.py"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(run.greens()) for run in runs] == [1, 1]


MASKED = """
import ctypes, os, sys
from pathlib import Path
from tddbot.errors import UnfitError
from tddbot.runner.settings import RunnerSettings
from tests.runner.tools import Project
libc, user, group = ctypes.CDLL(None), os.getuid(), os.getgid()
assert libc.unshare(0x20000 | (0x10000000 if user else 0)) == 0
if user:
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(text)
assert libc.mount(b"none", b"/", None, 1 << 18 | 16384, None) == 0
assert libc.mount(b"tmpfs", b"/proc/fs", b"tmpfs", 0, None) == 0
project = Project(Path(sys.argv[1]), RunnerSettings(jail="namespaces")).write({"test_a.py": "def test_a(): pass\\n"})
try:
    print(project.run())
except UnfitError as error:
    print(error.message)
"""


def test_49_where_the_hosts_proc_is_masked_none_is_shown(backend: Backend, tmp_path: Path) -> None:
    backend(tmp_path / "repository", LIMITS, {})
    done = subprocess.run(
        [sys.executable, "-c", MASKED, str(tmp_path / "repository")],
        capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True, timeout=60,
    )  # fmt: skip
    assert "no jail is possible here: a fresh /proc failed" in done.stdout
