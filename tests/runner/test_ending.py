"""However a run ends, it ends soon, and no process, descriptor or mount of it is left."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from tddbot.domain import Ending, Run
from tddbot.stop import Stop
from tests.runner.tools import Project, children, left_over, outcomes, wait_for

FOREVER = """
import os, signal, subprocess, sys, time
for number in range(1, 32):
    if number not in (9, 19):
        signal.signal(number, signal.SIG_IGN)
DAEMON = "import os, time; os.setsid(); [os.fork() for _ in '12']; time.sleep(600)"

def test_forever():
    subprocess.Popen([sys.executable, "-c", DAEMON, {token!r}])
    open({started!r}, "w").close()
    while True: time.sleep(600)
"""


def write_forever(project: Project, token: str) -> Project:
    return project.write({"test_forever.py": FOREVER.format(token=token, started="started")})


def test_a_stop_ends_everything(project: Project) -> None:
    token = f"token-{os.getpid()}-stop"
    write_forever(project, token)
    before, stop, runs = children(), Stop(), list[Run]()
    thread = threading.Thread(target=lambda: runs.append(project.run(stop=Stop(stop))))
    thread.start()
    assert wait_for(lambda: left_over(token))
    stop.set()
    thread.join()
    assert runs[0].ending is Ending.CANCELLED
    assert left_over(token) == []
    assert children(project) == before


def test_a_stop_that_is_set_before(project: Project) -> None:
    before, stop = children(), Stop()
    stop.set()
    assert project.write({"test_a.py": "def test_a(): pass\n"}).run(stop=stop).ending is Ending.CANCELLED
    assert children(project) == before


ALONE = """
import sys
from pathlib import Path
from tests.runner.tools import Project
Project(Path(sys.argv[1])).run()
"""


def test_a_death_of_tddbot_itself_ends_everything(project: Project) -> None:
    token = f"token-{os.getpid()}-death"
    write_forever(project, token)
    top = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(top)}
    process = subprocess.Popen([sys.executable, "-c", ALONE, str(project.root)], cwd=top, env=environment)
    assert wait_for(lambda: left_over(token))
    process.kill()
    process.wait()
    assert wait_for(lambda: not left_over(token))


def test_the_death_of_any_process_of_the_jail_ends_the_others(project: Project) -> None:
    """Supervisor, keeper and init: whoever goes first takes all with it."""
    for depth in range(3):
        token = f"token-{os.getpid()}-{depth}"
        write_forever(project, token)
        before, runs = children(project), list[Run]()
        thread = threading.Thread(target=lambda runs=runs: runs.append(project.run()))
        thread.start()
        assert wait_for(lambda token=token: left_over(token))
        (victim,) = children(project) - before
        for _ in range(depth):
            victim = int(Path(f"/proc/{victim}/task/{victim}/children").read_text().split()[0])
        os.kill(victim, 9)
        thread.join()
        assert not runs[0].greens()
        assert wait_for(lambda token=token: not left_over(token))
        assert children(project) == before


def test_runs_side_by_side_do_not_disturb_one_another(project: Project) -> None:
    source = "import socket, module\ndef test_a():\n    with socket.create_server(('127.0.0.1', 8000)):\n        "
    project.write(
        {"module.py": "x = 0\n", "test_a.py": source + "open('mine', 'x').close()\n        assert module.x % 2"}
    )
    found: dict[int, bool] = {}

    def work(number: int) -> None:
        found[number] = bool(project.run(patch=project.patch(module=f"x = {number}\n")).greens())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: number % 2 == 1 for number in range(6)}


def test_many_runs_leave_descriptors_children_and_mounts_flat(project: Project) -> None:
    project.write({"test_a.py": "def test_a(): pass\n"})
    assert outcomes(project.run())
    assert project.zygote

    def state() -> tuple[int, set[int], str, int]:
        mounts = Path("/proc/self/mountinfo").read_text()
        return len(os.listdir("/proc/self/fd")), children(), mounts, threading.active_count()

    before = state()
    for _ in range(int(os.environ.get("TDDBOT_TEST_RUNS", "12"))):
        project.run("test_a.py::test_a")
    assert state() == before


def test_many_warm_runs_leave_the_zygotes_memory_as_it_was(project: Project) -> None:
    project.write({"test_a.py": "def test_a(): pass\n"})
    assert outcomes(project.run())
    assert project.zygote

    def anonymous() -> int:
        lines = Path(f"/proc/{project.zygote}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))

    for _ in range(5):
        project.run("test_a.py::test_a", warm=True)
    before = anonymous()
    for _ in range(40):
        project.run("test_a.py::test_a", warm=True)
    assert anonymous() - before < 64  # kB
