"""What ordinary tests do, and may do in a jail; nothing of it is seen outside."""

import os
import subprocess
from contextlib import ExitStack

import pytest

from tddbot.domain import Ending
from tests.runner.tools import Project, git

ORDINARY = r"""
import asyncio, concurrent.futures, ctypes, http.server, importlib, locale, logging, multiprocessing, os, pathlib
import pickle, platform, pty, pwd, random, shutil, signal, socket, sqlite3, ssl, subprocess, sys, tempfile, threading
import time, urllib.request, uuid, warnings, zoneinfo
import pytest

ROOT = pathlib.Path(__file__).parent


def double(value): return value * 2


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(method):
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        assert pool.map(double, [1, 2]) == [2, 4]


def test_multiprocessing_queue():
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=queue.put, args=(7,))
    process.start()
    assert queue.get(timeout=20) == 7
    process.join()


def test_shared_memory():
    from multiprocessing import shared_memory
    block = shared_memory.SharedMemory(create=True, size=100)
    block.close()
    block.unlink()


def test_process_pool():
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert list(pool.map(double, [1, 2])) == [2, 4]


def test_python_child():
    code = "import sys, pytest; print(sys.executable)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sys.executable


def test_pytest_child():
    done = subprocess.run([sys.executable, "-m", "pytest", "--version"], capture_output=True, text=True)
    assert done.returncode == 0


def test_python_by_name():
    assert subprocess.run("command -v python", shell=True, capture_output=True).returncode == 0


def test_shell(): assert subprocess.check_output("echo $((1 + 2))", shell=True) == b"3\n"


def test_pipe_to_a_program(): assert subprocess.check_output(["cat"], input=b"x") == b"x"


def test_http_on_loopback():
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with urllib.request.urlopen("http://127.0.0.1:%d/" % server.server_port) as answer:
        assert answer.status == 200
    server.shutdown()
    server.server_close()


def test_localhost_by_name():
    server = socket.create_server(("localhost", 0))
    with server, socket.create_connection(("localhost", server.getsockname()[1])) as client:
        assert client.getpeername()[0] == "127.0.0.1"


def test_udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.sendto(b"x", one.getsockname())
        assert one.recv(10) == b"x"


def test_unix_socket(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))


def test_host_name(): assert socket.gethostbyname(socket.gethostname())


def test_asyncio():
    async def main():
        process = await asyncio.create_subprocess_exec("true")
        return await process.wait()
    assert asyncio.run(main()) == 0


def test_threads():
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(double, range(100))) == 9900


def test_tmp_path(tmp_path): (tmp_path / "a").write_text("x")


def test_tempfile():
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x" * 1000000)


def test_home():
    home = pathlib.Path.home()
    (home / ".config").mkdir()
    (home / ".config" / "x").write_text("x")
    assert os.path.expanduser("~") == str(home)


def test_user(): assert pwd.getpwuid(os.getuid()).pw_dir == os.environ["HOME"]


def test_not_root(): assert os.getuid() != 0


def test_locale(): assert locale.setlocale(locale.LC_ALL, "C.UTF-8")


def test_encoding(): assert sys.getfilesystemencoding() == locale.getpreferredencoding().lower() == "utf-8"


def test_time_zone(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def test_git(tmp_path):
    def git(*arguments):
        command = ["git", "-c", "user.name=a", "-c", "user.email=b", *arguments]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    git("init")
    (tmp_path / "a").write_text("x")
    git("add", "a")
    git("commit", "-m", "one")
    assert git("log", "--format=%s") == "one\n"


def test_write_new_file(): (ROOT / "new.txt").write_text("x")


def test_write_into_a_new_directory():
    (ROOT / "new" / "deep").mkdir(parents=True)
    (ROOT / "new" / "deep" / "a").write_text("x")


def test_write_below_a_directory(): (ROOT / "data" / "new.txt").write_text("x")


def test_change_a_data_file():
    (ROOT / "data" / "old.txt").write_text("changed")
    assert (ROOT / "data" / "old.txt").read_text() == "changed"


def test_append():
    with open(ROOT / "data" / "log.txt", "a") as file:
        file.write("more\n")
    assert (ROOT / "data" / "log.txt").read_text() == "first\nmore\n"


def test_rename_and_remove():
    (ROOT / "data" / "a.txt").rename(ROOT / "data" / "b.txt")
    (ROOT / "data" / "b.txt").unlink()
    shutil.rmtree(ROOT / "data" / "sub")


def test_executable_of_the_repository(): assert subprocess.check_output([str(ROOT / "tool.sh")]) == b"tool\n"


def test_ignored_file_is_readable(): assert (ROOT / "ignored.dat").read_text() == "data"


def test_current_directory(): assert pathlib.Path.cwd() == ROOT


def test_change_directory(tmp_path, monkeypatch): monkeypatch.chdir(tmp_path)


def test_signals():
    heard = []
    signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
    os.kill(os.getpid(), signal.SIGUSR1)
    assert heard


def test_interrupt():
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
        time.sleep(5)


def test_alarm():
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.pause()


def test_pty():
    leader, follower = pty.openpty()
    assert os.isatty(follower)
    os.close(leader)
    os.close(follower)


def test_standard_input_is_empty(): assert os.read(0, 10) == b""


def test_sqlite(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as base:
        base.execute("create table a (b)")
    base.close()


def test_tls(): assert ssl.create_default_context()


def test_random(): assert os.urandom(4) and uuid.uuid4()


def test_devices():
    with open("/dev/null", "w") as null, open("/dev/zero", "rb") as zero:
        null.write("x")
        assert zero.read(1) == b"\0"
    assert os.path.exists("/dev/stdout")


def test_cpu_count(): assert os.cpu_count() and platform.platform()


def test_fork():
    child = os.fork()
    if not child:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_main_module():
    main = sys.modules["__main__"]
    assert main.__name__ == "__main__" and main.__spec__.name == "pytest.__main__"


def test_arguments(): assert os.path.samefile(sys.argv[0], sys.modules["__main__"].__file__)


def test_recursion():
    def deep(): deep()
    with pytest.raises(RecursionError):
        deep()


def test_output(capfd):
    print("x", flush=True)
    subprocess.run(["echo", "y"])
    assert capfd.readouterr().out == "x\ny\n"


def test_log(caplog):
    logging.getLogger("x").warning("y")
    assert "y" in caplog.text


def test_garbage():
    import gc, weakref
    class Node: pass
    node = Node()
    node.itself, gone = node, weakref.ref(node)
    del node
    gc.collect()
    assert gc.isenabled() and gone() is None


def test_pickle_of_a_test_module(): assert pickle.loads(pickle.dumps(double))(2) == 4
"""


def test_ordinary_tests_pass_and_leave_nothing(project: Project) -> None:
    project.write(
        {
            "test_ordinary.py": ORDINARY, "data/old.txt": "old", "data/log.txt": "first\n", "data/a.txt": "a",
            "data/sub/x": "x", "tool.sh": "#!/bin/sh\necho tool\n", "ignored.dat": "data", ".gitignore": "*.dat\n",
        }
    )  # fmt: skip
    (project.root / "tool.sh").chmod(0o755)
    git(project.root, "add", "--all")
    git(project.root, "commit", "--quiet", "-m", "all")
    run = project.run(detail=True)
    assert run.ending is Ending.COMPLETE, run.detail
    reds = {node: run.results[node].failure for node in run.reds()}
    assert reds == {}
    assert len(run.results) >= 55
    assert git(project.root, "status", "--porcelain", "--ignored", "-z") == b"!! ignored.dat\0"


def test_a_hundred_megabytes_of_output(project: Project) -> None:
    source = "def test_a():\n    for _ in range(100): print('x' * 1_000_000)\n    assert False\n"
    run = project.write({"test_a.py": source, "test_b.py": "def test_b(): pass\n"}).run(detail=True)
    assert run.ending is Ending.COMPLETE, run.detail
    assert run.reds() == ("test_a.py::test_a",)
    assert len(str(run)) < 100_000


def test_a_flood_past_the_capture_is_cut(project: Project) -> None:
    project.write(
        {"pytest.ini": "[pytest]\naddopts = -s\n", "test_a.py": "def test_a():\n    while 1: print('x' * 99999)"}
    )
    run = project.run()
    assert run.ending is Ending.INCOMPLETE
    assert run.detail == "the run passed its limit of output"


def test_an_umask_that_lets_nobody_in(project: Project) -> None:
    before = os.umask(0o077)
    try:
        run = project.write({"test_a.py": "def test_a(tmp_path): open('new', 'w')\n"}).run()
    finally:
        os.umask(before)
    assert run.greens(), run.detail


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to somebody else")
@pytest.mark.parametrize("owner", [12345, 65534, 0])
def test_as_root_the_tests_are_the_owners(project: Project, owner: int) -> None:
    source = f"import os\ndef test_a():\n    open('old', 'a').write('x')\n    assert os.getuid() == {owner or 65534}\n"
    files = project.write({"test_a.py": source, "old": ""}).files()
    project.runner.files = lambda: files  # git refuses to look into what is somebody else's
    for path in [project.root, *project.root.rglob("*")]:
        os.chown(path, owner, owner)
    (project.root / "old").chmod(0o600)
    run = project.run(detail=True)
    assert run.greens(), run
    assert (project.root / "old").read_text() == ""


def _another_group() -> int | None:
    return next((group for group in os.getgroups() if group != os.getgid()), None)


@pytest.mark.skipif(os.geteuid() != 0 and _another_group() is None, reason="this user is in one group only")
def test_files_of_another_group(project: Project) -> None:
    """Without root, a file of a group that the jail does not know can be replaced, though not changed in place."""
    group = 12345 if os.geteuid() == 0 else _another_group()
    assert group is not None
    source = "def test_a():\n    import module\n    open('sub/deep/new', 'w').close()\n    assert module.x == 2\n"
    project.write({"test_a.py": source, "module.py": "x = 1\n", "sub/deep/old": ""})
    for path in [project.root, *project.root.rglob("*")]:
        os.chown(path, -1, group)
    run = project.run(patch=project.patch(module="x = 2\n"), detail=True)
    assert run.greens(), run


def test_the_limit_of_processes_counts_those_of_the_jail_alone(project: Project) -> None:
    project.settings = type(project.settings)(processes=12)
    project.__post_init__()
    source = "import subprocess\ndef test_a():\n    for _ in range({}): subprocess.Popen(['sleep', '60'])\n"
    project.write({"test_few.py": source.format(5), "test_many.py": source.format(15)})
    with ExitStack() as stack:
        for _ in range(20):
            outside = stack.enter_context(subprocess.Popen(["sleep", "600"]))
            stack.callback(outside.kill)
        run = project.run()
    assert run.greens() == {"test_few.py::test_a"}
