"""Whatever a candidate does to its process is a failed candidate, and the search goes on: in every jail, to the end."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.domain import Edit, Patch
from tddbot.lab import Fate
from tddbot.runner.jailed_runner import JailedRunner
from tddbot.runner.settings import RunnerSettings
from tddbot.stop import Stop
from tests.contracts.backends import BACKENDS, python_for_anybody
from tests.runner.test_lab import ADD, DOUBLE, SUM, TESTS, changed, fates, request, screened
from tests.runner.tools import Project, WarmProject, children, wait_for

HOSTILE = {
    "loops for ever": ("while True: pass", {Fate.TIMEOUT}),
    "waits for ever": ("__import__('time').sleep(600)", {Fate.TIMEOUT}),
    "loops past every exception": (
        "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        {Fate.TIMEOUT},
    ),
    "recurses without end": ("return add(a, b)", {Fate.RED, Fate.DIED}),
    "recurses below Python": (
        "import sys; sys.setrecursionlimit(10**9)\n    x = []\n    for _ in range(10**6): x = [x]\n    return repr(x)",
        {Fate.RED, Fate.DIED, Fate.TIMEOUT},
    ),
    "allocates at once": ("return [0] * 10**11", {Fate.RED}),
    "allocates without end": (
        "x = [b'x']\n    while True: x.append(x[-1] * 2 if len(x[-1]) < 10**8 else bytes(10**8))",
        {Fate.RED, Fate.TIMEOUT, Fate.DIED},
    ),
    "ends its process": ("__import__('os')._exit(0)", {Fate.DIED}),
    "exits": ("raise SystemExit(0)", {Fate.RED}),
    "interrupts": ("raise KeyboardInterrupt", {Fate.RED, Fate.DIED}),
    "kills itself": ("__import__('os').kill(__import__('os').getpid(), 9)", {Fate.DIED}),
    "crashes": ("__import__('ctypes').string_at(0)", {Fate.DIED}),
    "kills its group": ("__import__('os').killpg(0, 9)", {Fate.DIED}),
    "leaves children behind": (
        "import os, time\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(600)\n    return 7",
        {Fate.RED},
    ),
    "dies and leaves a child": (
        "import os, time\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(600)\n    os._exit(0)",
        {Fate.DIED},
    ),
    "forks without end": (
        "import os\n    while True:\n        try: os.fork()\n        except OSError: pass",
        {Fate.TIMEOUT, Fate.DIED},
    ),
    "floods": ("while True: print('x' * 10000)", {Fate.TIMEOUT}),
    "closes all": ("__import__('os').closerange(0, 1000)", {Fate.RED, Fate.DIED}),
    "writes to all": (
        "import os\n    for fd in range(3, 100):\n        try: os.write(fd, b'null\\n[[[[\\nnull\\n')\n"
        "        except OSError: pass",
        {Fate.RED, Fate.DIED},
    ),
    "kills who forked it": ("__import__('os').kill(__import__('os').getppid(), 9)", {Fate.RED, Fate.DIED}),
    "kills everybody": ("__import__('os').kill(-1, 9)", {Fate.RED, Fate.DIED}),
}


@pytest.fixture
def sums(tmp_path: Path) -> Iterator[WarmProject]:
    """A warm one, in which what ends the process costs little, and which takes little of the machine."""
    with WarmProject(tmp_path / "project", RunnerSettings(processes=200)) as project:
        project.write({"sums.py": SUM, "test_sums.py": TESTS}).prime()
        yield project


def does(project: Project, body: str) -> Patch:
    return changed(project, "sums.py", ("    return a - b", f"    {body}"))


@pytest.mark.parametrize("how", HOSTILE)
def test_a_candidate_that_misbehaves_is_a_failed_one_and_the_search_goes_on(sums: WarmProject, how: str) -> None:
    body, expected = HOSTILE[how]
    good = changed(sums, "sums.py", ("a - b", "a + b"))
    with sums.runner.lab(request(sums, ADD, [DOUBLE])) as lab:
        found = screened(lab, good, does(sums, body), good, does(sums, body), good)
        assert [each.fate for each in found[::2]] == [Fate.PASSED] * 3, found
        assert {each.fate for each in found[1::2]} <= expected
        assert [red.node_id for each in found[1::2] for red in each.reds] == [ADD[0]] * 2 or Fate.DIED in expected
    assert wait_for(lambda: not children(sums))


def test_such_a_candidate_does_no_harm_by_its_import_either(sums: WarmProject) -> None:
    good = changed(sums, "sums.py", ("def add", "X = 1\ndef add"), ("a - b", "a + b"))
    bodies = ("while True: pass", "__import__('os')._exit(0)", "raise SystemExit", "[0] * 10**11")
    with sums.runner.lab(request(sums, ADD, [DOUBLE])) as lab:
        for body in bodies:
            hostile = changed(sums, "sums.py", ("def add", f"{body}\ndef add"))
            found = screened(lab, hostile, good)
            assert found[0].fate in (Fate.RED, Fate.TIMEOUT, Fate.DIED), body
            assert found[1].fate is Fate.PASSED, body


def test_all_of_the_target_is_asked_though_one_test_never_ends(project: Project) -> None:
    project.write({"a.py": "def f(x):\n    return 0\n"})
    source = "import pytest, a\n@pytest.mark.parametrize('x', range(4))\ndef test_f(x): assert a.f(x) == x + 1\n"
    project.write({"test_a.py": source})
    nodes = [f"test_a.py::test_f[{x}]" for x in range(4)]
    with project.runner.lab(request(project, nodes)) as lab:
        body = "    while x == 1: pass\n    return x + (x != 2)"
        (found,) = screened(lab, changed(project, "a.py", ("    return 0", body)), whole=True)
    assert (found.fate, found.won) == (Fate.TIMEOUT, 2)
    assert [red.node_id for red in found.reds] == [nodes[1], nodes[2]]


def test_a_target_that_never_ends_can_be_won(project: Project) -> None:
    project.write(
        {"a.py": "def f():\n    while True: pass\n", "test_a.py": "import a\ndef test_a(): assert a.f() == 1\n"}
    )
    with project.runner.lab(request(project, ["test_a.py::test_a"])) as lab:
        bad = changed(project, "a.py", ("while True: pass", "while 1: pass"))
        good = changed(project, "a.py", ("while True: pass", "return 1"))
        assert fates(lab, bad, good) == [Fate.TIMEOUT, Fate.PASSED]


def test_nothing_outside_of_the_jail_is_written(sums: WarmProject, tmp_path: Path) -> None:
    place = tmp_path / "written"
    body = f"open({str(place)!r}, 'w').close(); open('here', 'w').close(); return a + b"
    with sums.runner.lab(request(sums, ADD)) as lab:
        assert fates(lab, does(sums, "open('here', 'w').close(); return a + b")) == [Fate.PASSED]
        screened(lab, does(sums, body))
    assert not place.exists()
    assert not (sums.root / "here").exists()


# The end


def test_stop_ends_it_soon_and_it_can_be_used_again(sums: WarmProject) -> None:
    slow = [does(sums, f"__import__('time').sleep(600 + {number})") for number in range(50)]
    with sums.runner.lab(request(sums, ADD)) as lab:
        stop = Stop()
        timer = threading.Timer(0.5, stop.set)
        timer.start()
        assert len(list(lab.screen(slow, stop))) < 10
        timer.join()
        assert lab.ask("sums.py", ["1"], [None], stop) == ()
        assert lab.fault == ""
        assert fates(lab, changed(sums, "sums.py", ("a - b", "a + b"))) == [Fate.PASSED]
    assert wait_for(lambda: not children(sums))


def test_a_place_of_the_pool_is_held_only_while_it_works(tmp_path: Path) -> None:
    with WarmProject(tmp_path / "project", RunnerSettings(jobs=1)) as project:
        project.write({"sums.py": SUM, "test_sums.py": TESTS}).prime()
        with project.runner.lab(request(project, ADD)) as lab:
            results = lab.screen([does(project, f"return a + b + {n}") for n in range(5, -1, -1)], Stop())
            assert next(results).fate is Fate.RED
            assert project.run(DOUBLE).greens(), "a run gets the only place"
            assert [each.fate for each in results][-1] is Fate.PASSED


def test_a_zygote_that_is_killed_is_a_setback_only(sums: WarmProject) -> None:
    good = changed(sums, "sums.py", ("a - b", "a + b"))
    with sums.runner.lab(request(sums, ADD)) as lab:
        assert fates(lab, good) == [Fate.PASSED]
        assert sums.zygote is not None
        os.kill(sums.zygote, signal.SIGKILL)
        assert fates(lab, good, good) == [Fate.PASSED] * 2


def test_when_the_runner_is_closed_there_is_nothing_to_be_found_out(sums: WarmProject) -> None:
    good = changed(sums, "sums.py", ("a - b", "a + b"))
    with sums.runner.lab(request(sums, ADD)) as lab:
        assert fates(lab, good) == [Fate.PASSED]
        sums.runner.close()
        assert [each.fate for each in lab.screen([good], Stop())] == []
        assert lab.fault
    assert wait_for(lambda: not children())


def test_tests_that_take_too_long_to_set_up_are_told(project: Project) -> None:
    project.write({"a.py": "X = 1\n", "test_a.py": "import time, a\ntime.sleep(600)\ndef test_a(): assert a.X == 2\n"})
    with project.runner.lab(request(project, ["test_a.py::test_a"], seconds=1.5)) as lab:
        assert list(lab.screen([changed(project, "a.py", ("1", "2"))], Stop())) == []
        assert lab.fault == "it was not set up within 1.5 s"
    assert wait_for(lambda: not children(project))


BEATS = """
import threading, time

def pytest_collection_finish(session):
    for plugin in session.config.pluginmanager.get_plugins():
        if hasattr(plugin, "_stream"):
            type(plugin)._try = lambda self, task: None
            threading.Thread(target=beats, args=(plugin._stream,), daemon=True).start()

def beats(stream):
    while True:
        time.sleep(0.2)
        stream.send({"beat": True})
"""


def test_who_shows_that_there_is_life_and_answers_nothing_is_not_waited_for_without_end(project: Project) -> None:
    project.write({"sums.py": SUM, "test_sums.py": TESTS, "conftest.py": BEATS})
    good = changed(project, "sums.py", ("a - b", "a + b"))
    with project.runner.lab(request(project, ADD, seconds=4.0)) as lab:
        assert list(lab.screen([good, good], Stop())) == []
        assert lab.fault == "it answered nothing for 4 s"
        assert lab.calls("sums.py", ["add"], Stop()) == ()
    assert wait_for(lambda: not children(project))


# Every jail


@pytest.mark.parametrize("backend", [*BACKENDS, "none"])
def test_it_works_in_every_jail(tmp_path: Path, backend: str) -> None:
    environment = {"PATH": os.environ["PATH"]}
    if backend == "none":
        project = Project(tmp_path / "project")
        project.runner = without_a_jail(project)
    else:
        project = BACKENDS[backend](tmp_path / "project", RunnerSettings(), environment)
    with project:
        project.write(
            {"sums.py": SUM, "test_sums.py": TESTS, "test_new.py": "import new\ndef test_n(): assert new.x\n"}
        )
        if isinstance(project, WarmProject):
            project.write({"test_new.py": "def test_n():\n    import new\n"})
            project.prime()
        good = changed(project, "sums.py", ("a - b", "a + b"))
        limit = changed(project, "sums.py", ("def add", "X = 1\ndef add"), ("a - b", "a + b"))
        with project.runner.lab(request(project, ADD, [DOUBLE])) as lab:
            found = fates(lab, does(project, "return 0"), good, does(project, "while True: pass"), limit, good)
            assert found == [Fate.RED, Fate.PASSED, Fate.TIMEOUT, Fate.PASSED, Fate.PASSED]
            assert [row[0].text for row in lab.ask("sums.py", ["add(1, 2)"], [None, good, limit], Stop())] == [
                "-1",
                "3",
                "3",
            ]
        target = ["test_new.py::test_n"] if isinstance(project, WarmProject) else ["test_new.py"]
        with project.runner.lab(request(project, target)) as lab:
            assert fates(lab, Patch((Edit("new.py", None, "x = 1\n"),))) == [Fate.PASSED]
    assert wait_for(lambda: not children())


def without_a_jail(project: Project) -> JailedRunner:
    python = python_for_anybody()
    return JailedRunner(project.root, project.settings, lambda: python, project.files, project.environment, unsafe=True)
