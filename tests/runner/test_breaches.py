"""The limits of a jail: which breach each abuse is, the sentence on it, and what is none."""

from pathlib import Path

import pytest

from tddbot.domain import Breach, Ending, Outcome, Run
from tddbot.runner.breaches import Signs, reached
from tddbot.runner.cgroup import Events
from tddbot.runner.records import Spent
from tddbot.runner.settings import RunnerSettings
from tests.runner.tools import Project, outcomes

TIGHT = RunnerSettings(memory_mb=1024, tmp_mb=8, processes=24, output_mb=2, cpu_seconds=2)

HOG = "def test_a(): x = bytearray(2**45)\n"
ABUSES = {
    "memory": (HOG, Breach.MEMORY, "1024 MB"),
    "memory behind another error": (
        "def test_a():\n    try: bytearray(2**45)\n    except MemoryError as e: raise ValueError('sorry') from e\n",
        Breach.MEMORY, "1024 MB",
    ),
    "memory at import": ("x = bytearray(2**45)\ndef test_a(): pass\n", Breach.MEMORY, "1024 MB"),
    "memory in a fixture": (
        "import pytest\n@pytest.fixture\ndef big(): return [0] * 2**42\ndef test_a(big): pass\n",
        Breach.MEMORY, "1024 MB",
    ),
    "a full disk": (
        "def test_a(tmp_path):\n"
        "    for n in range(99): (tmp_path / str(n)).write_bytes(bytes(2**20))\n", Breach.DISK, "8 MB",
    ),
    "a full disk, and nobody says so": (
        "import os\ndef test_a(tmp_path):\n    try:\n"
        "        for n in range(99): (tmp_path / str(n)).write_bytes(bytes(2**20))\n    except OSError: assert 0\n",
        Breach.DISK, "8 MB",
    ),
    "no inode left": (
        "def test_a(tmp_path):\n    for n in range(10**5): (tmp_path / str(n)).touch()\n", Breach.DISK, "8 MB"
    ),
    "a file too large": (
        "def test_a(tmp_path):\n    with open(tmp_path / 'f', 'wb') as file: file.truncate(2**40)\n",
        Breach.DISK, "8 MB",
    ),
    "threads": (
        "import threading, time\ndef test_a():\n"
        "    threading.stack_size(64 * 1024)\n"
        "    for _ in range(99): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n",
        Breach.PROCESSES, "24 processes",
    ),
    "forks": (
        "import os, time\ndef test_a():\n    for _ in range(99):\n        if os.fork() == 0: time.sleep(9)\n",
        Breach.PROCESSES, "24 processes",
    ),
    "programs": (
        "import subprocess\ndef test_a():\n    for _ in range(99): subprocess.Popen(['sleep', '9'])\n",
        Breach.PROCESSES, "24 processes",
    ),
    "output": (
        "def test_a(capfd):\n    with capfd.disabled():\n        while True: print('x' * 9999)\n", Breach.OUTPUT, "2 MB"
    ),
    "cpu": ("def test_a():\n    while True: pass\n", Breach.TIMEOUT, "2 s of CPU time"),
    "cpu, and deaf": (
        "import signal\ndef test_a():\n    signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n    while True: pass\n",
        Breach.TIMEOUT, "2 s of CPU time",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "breach", "number"), ABUSES.values(), ids=ABUSES)
def test_each_limit_has_its_name_and_its_number(tmp_path: Path, source: str, breach: Breach, number: str) -> None:
    with Project(tmp_path, TIGHT) as project:
        run = project.write({"test_a.py": source}).run(test_seconds=60.0)
    assert run.breaches == (breach,)
    (sentence,) = run.reached
    assert number in sentence
    assert not run.greens()


def test_a_test_that_hangs_and_a_run_that_takes_too_long(project: Project) -> None:
    project.write({"test_a.py": "import time\ndef test_a(): time.sleep(99)\n"})
    one = project.run(test_seconds=0.5)
    assert (one.breaches, one.reached) == ((Breach.TIMEOUT,), ("A test gave no result within its limit of 0.5 s.",))
    assert outcomes(one) == {"test_a": Outcome.TIMEOUT}
    whole = project.run(seconds=1.0)
    assert whole.reached == ("The run of the tests passed its limit of 1 s.",)
    assert whole.ending is Ending.INCOMPLETE


def test_several_limits_of_one_run_are_all_named(tmp_path: Path) -> None:
    with Project(tmp_path, TIGHT) as project:
        project.write({"test_a.py": HOG, "test_b.py": "import time\ndef test_b(): time.sleep(99)\n"})
        run = project.run(test_seconds=1.0)
    assert set(run.breaches) == {Breach.MEMORY, Breach.TIMEOUT}
    assert len(run.reached) == 2


INNOCENT = {
    "a word": "def test_a(): assert 0, 'MemoryError: No space left on device, out of memory, ENOSPC'",
    "raised by hand": "def test_a(): raise MemoryError('simulated')",
    "a disk said to be full": "import errno\ndef test_a(): raise OSError(errno.ENOSPC, 'No space left on device')",
    "a thread that is said not to start": 'def test_a(): raise RuntimeError("can\'t start new thread")',
    "nothing to read": "import os\ndef test_a():\n    r, _ = os.pipe()\n    os.set_blocking(r, 0)\n    os.read(r, 1)",
    "expected": "import pytest\ndef test_a():\n    with pytest.raises(MemoryError): bytearray(10**15)\n    assert 0",
    "forgiven": "def test_a():\n    try: bytearray(10**15)\n    except MemoryError: pass\n    assert 0",
    "a crash": "import os\ndef test_a():\n    print('std::bad_alloc')\n    os.kill(os.getpid(), 11)",
    "killed": "import os\ndef test_a(): os.kill(os.getpid(), 9)",
    "recursion": "def f(): return f()\ndef test_a(): f()",
    "plain": "def test_a(): assert 1 == 2",
    "green": "def test_a(): pass",
}


@pytest.mark.parametrize("source", INNOCENT.values(), ids=INNOCENT)
def test_what_only_sounds_like_a_limit_is_none(project: Project, source: str) -> None:
    run = project.write({"test_a.py": source + "\n"}).run()
    assert run.breaches == ()
    assert run.reached == ()


BAD_ALLOC = "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n"


def spent(signal: int = 0, cpu: float = 0.0, peak: float = 0.0, full: bool = False) -> Spent:
    return Spent(signal, cpu, peak, full)


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (Signs(), ()),
        (Signs("cancelled"), ()),
        (Signs("regressed"), ()),
        (Signs("test", 10.0), (Breach.TIMEOUT,)),
        (Signs(spent=spent(11, peak=1000)), (Breach.MEMORY,)),
        (Signs(spent=spent(11, peak=100)), ()),
        (Signs(spent=spent(0, peak=1000)), ()),
        (Signs(spent=spent(6), output=BAD_ALLOC), (Breach.MEMORY,)),
        (Signs(spent=spent(6), output="saw std::bad_alloc\n"), ()),
        (Signs(spent=spent(0), output=BAD_ALLOC), ()),
        (Signs(spent=spent(9, cpu=2.5)), (Breach.TIMEOUT,)),
        (Signs(spent=spent(24)), (Breach.TIMEOUT,)),
        (Signs(spent=spent(full=True)), (Breach.DISK,)),
        (Signs(events=Events(oom_kills=1)), (Breach.MEMORY,)),
        (Signs(events=Events(refused_forks=3)), (Breach.PROCESSES,)),
        (Signs(told=frozenset({"something new"})), ()),
    ],
)  # fmt: skip
def test_what_the_parent_knows(signs: Signs, expected: tuple[Breach, ...]) -> None:
    assert tuple(reached(signs, TIGHT)) == expected


def test_the_whole_tree_has_a_number_of_its_own() -> None:
    signs = Signs(events=Events(oom_kills=1), told=frozenset({"memory"}))
    assert reached(signs, TIGHT) == {
        Breach.MEMORY: "The tests reached the memory limit of 2056 MB for all their processes together."
    }


def test_a_green_run_of_many_processes_reaches_nothing(project: Project) -> None:
    project.write(
        {"test_a.py": "import subprocess\ndef test_a(tmp_path):\n    (tmp_path / 'f').write_bytes(bytes(2**20))\n"
         "    assert subprocess.run(['true']).returncode == 0\n"}
    )  # fmt: skip
    run: Run = project.run()
    assert outcomes(run) == {"test_a": Outcome.PASSED}
    assert run.breaches == ()
