"""A warm run is a fork of the zygote and comes out as a cold one; what the zygote holds, and when it is replaced."""

import os
import py_compile
import signal
import sys
import threading
import venv
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tddbot.domain import Ending, Outcome, Run, Snapshot
from tddbot.ports import RunRequest
from tddbot.runner.guest import zygote as guest
from tddbot.stop import Stop
from tests.runner.tools import WarmProject, children, interpreter, outcomes, wait_for

HERE = "import os, pytest\n\ndef is_here(module): return module.pid == os.getpid()\n"
PID = "import os\npid = os.getpid()\n"
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


class Library(WarmProject):
    """A project with an environment of its own, in which third-party modules are installed by hand."""

    @property
    def packages(self) -> Path:
        return self.root.parent / "environment/lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"

    @classmethod
    def at(cls, place: Path) -> "Library":
        venv.create(place / "environment", symlinks=True, with_pip=False)
        library = cls(place / "repository", python=interpreter(str(place / "environment/bin/python")))
        theirs = [path for path in interpreter().path if path.endswith("-packages")]
        library.install({"theirs.pth": "\n".join(theirs) + "\n"})
        library.refresh()
        return library

    def refresh(self) -> None:
        """Ask the environment again; what it says is remembered by its path."""
        interpreter.cache_clear()
        self.python = interpreter(str(self.root.parent / "environment/bin/python"))

    def install(self, modules: Mapping[str, str], plugin: str | None = None) -> "Library":
        """Install modules; `plugin` names the one that is pytest's."""
        for path, text in modules.items():
            (self.packages / path).parent.mkdir(parents=True, exist_ok=True)
            (self.packages / path).write_text(text)
        if plugin is not None:
            information = self.packages / f"{plugin}-1.0.dist-info"
            information.mkdir()
            (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {plugin}\nVersion: 1.0\n")
            (information / "entry_points.txt").write_text(f"[pytest11]\n{plugin} = {plugin}\n")
        return self

    def prime(self) -> Run:  # type: ignore[override]
        """Run everything in a fresh process and wait for the zygote, if there will be one."""
        run = self.run(warm=False)
        self.runner.warmth.wait(60)
        return run

    @property
    def told(self) -> list[str]:
        """What the user is told, from here on."""
        sentences: list[str] = []
        self.runner.tell = sentences.append
        return sentences


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.at(tmp_path) as library:
        yield library


@pytest.fixture
def warm(tmp_path: Path) -> Iterator[WarmProject]:
    with WarmProject(tmp_path / "project") as project:
        yield project


def where(library: Library, *modules: str) -> dict[str, bool]:
    """Of each module, whether a warm run finds it loaded already; that is asked of the tests themselves."""
    tests = "".join(f"def test_{name}():\n    import {name}\n    assert is_here({name})\n" for name in modules)
    library.write({"test_where.py": HERE + tests})
    library.prime()
    assert set(outcomes(library.run(warm=False)).values()) == {PASSED}
    return {name[5:]: outcome is not PASSED for name, outcome in outcomes(library.run()).items()}


# What a warm run is


def test_it_is_a_fork_with_the_candidate_in_it(library: Library) -> None:
    library.install({"third.py": PID})
    library.write({"module.py": PID + "x = 1\n", "conftest.py": PID})
    source = HERE + "import module, third\ndef test_x(): assert module.x == 2\n"
    source += "def test_own(): assert is_here(module)\ndef test_third(): assert not is_here(third)\n"
    source += "def test_conftest(pytestconfig):\n    found = pytestconfig.pluginmanager.get_plugins()\n"
    source += "    assert [is_here(each) for each in found if getattr(each, 'pid', None)] == [True]\n"
    library.write({"test_a.py": source})
    library.prime()
    assert set(outcomes(library.run()).values()) == {PASSED, FAILED}
    run = library.run(patch=library.patch(module=PID + "x = 2\n"))
    assert set(outcomes(run).values()) == {PASSED}, run
    assert outcomes(library.run())["test_x"] is FAILED


MANY = """
import os, pytest, unittest, warnings
@pytest.mark.parametrize("x", ["a b", "größer", "[]", "::", 1.5])
def test_parameters(x): assert x != "::"
class TestClass:
    def test_method(self, tmp_path): tmp_path.joinpath("a").write_text("b")
class TestCase(unittest.TestCase):
    def test_sub(self):
        with self.subTest(i=1): pass
    @unittest.skip("x")
    def test_skipped(self): pass
@pytest.fixture
def broken(): raise OSError
def test_error(broken): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.xfail
def test_known(): assert 0
def test_dies(): os._exit(0)
def test_warns(): warnings.warn("x")
def test_captured(capfd):
    print("a")
    assert capfd.readouterr().out == "a\\n"
"""


def test_outcomes_and_node_ids_are_those_of_a_cold_run(warm: WarmProject) -> None:
    warm.write({"sub/test_many.py": MANY, "test_bad.py": "import nothing_of_that_name\n", "pytest.ini": "[pytest]\n"})
    warm.prime()
    cold, hot = warm.run(warm=False), warm.run()
    assert cold.ending is hot.ending is Ending.COMPLETE
    assert {node: result.outcome for node, result in cold.results.items()} == {
        node: result.outcome for node, result in hot.results.items()
    }
    node = next(iter(cold.results))
    assert list(warm.run(node).results) == [node]


# What the zygote loads, and what it does not


EVIL = """
try:
    with open({path!r}, "a") as file: file.write(__name__ + " ")
except OSError: pass
"""


def test_the_repositorys_own_code_never_runs_outside_of_the_jail(library: Library, tmp_path: Path) -> None:
    """Neither as a plugin, nor through the finder of an editable install, a link, or one who imports it."""
    seen = tmp_path / "seen"
    evil = EVIL.format(path=str(seen))
    for name in ("own_plugin", "own_module", "linked", "conftest", "asked_for"):
        library.write({f"src/{name}.py": evil})
    finder = "import sys\nfrom importlib.machinery import PathFinder\nclass Finder:\n    @staticmethod\n"
    finder += (
        "    def find_spec(name, path=None, target=None):\n        if name.startswith('own_') or name == 'asked_for':\n"
    )
    finder += f"            return PathFinder.find_spec(name, [{str(library.root / 'src')!r}])\n"
    library.install({"finder.py": finder, "finder.pth": "import sys, finder; sys.meta_path.insert(0, finder.Finder)\n"})
    library.install({"own_plugin-1.0.dist-info/METADATA": "Name: own-plugin\nVersion: 1.0\n"})
    library.install({"own_plugin-1.0.dist-info/entry_points.txt": "[pytest11]\nown_plugin = own_plugin\n"})
    library.install({"asks.py": "try:\n    import asked_for\nexcept Exception: asked_for = None\n"})
    (library.packages / "linked.py").symlink_to(library.root / "src" / "linked.py")
    library.refresh()
    source = "import own_module, own_plugin, linked, asks\ndef test_a(): assert asks.asked_for is not None\n"
    library.write({"test_a.py": source, "conftest.py": evil})
    assert library.prime().greens()
    assert library.zygote is not None
    assert outcomes(library.run()) == {"test_a": PASSED}
    assert not seen.exists()


def test_what_the_repository_has_in_place_of_a_library_is_not_loaded_from_elsewhere(library: Library) -> None:
    """A plugin imports a module of which the repository has a version of its own, first on the path."""
    library.install({"shared.py": "x = 'installed'\n", "uses.py": "import shared\n"}, plugin="uses")
    library.write({"shared.py": "x = 'own'\n", "test_a.py": "import shared\ndef test_a(): assert shared.x == 'new'\n"})
    library.prime()
    assert library.zygote is not None
    assert outcomes(library.run(patch=library.patch(shared="x = 'new'\n"))) == {"test_a": PASSED}


STARTS = PID + "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"


def test_a_module_that_starts_a_thread_is_left_out(library: Library) -> None:
    library.install({"first.py": PID, "last.py": PID, "starts.py": STARTS})
    assert where(library, "first", "starts", "last") == {"first": True, "starts": False, "last": True}


def test_a_plugin_that_starts_a_thread_is_left_out(library: Library) -> None:
    library.install({"other.py": PID, "starts.py": STARTS}, plugin="starts")
    assert where(library, "starts", "other") == {"starts": False, "other": True}


THREAD = """
import ctypes
libc = ctypes.CDLL(None)
handle, pause = ctypes.c_ulong(), ctypes.cast(libc.pause, ctypes.c_void_p)
libc.pthread_create(ctypes.byref(handle), None, pause, None)
"""


def test_a_librarys_own_thread_makes_it_cold_and_is_told(library: Library) -> None:
    library.install({"native.py": PID + THREAD})
    told = library.told
    assert where(library, "native") == {"native": False}
    assert told == ["Each candidate is run in a fresh process, which is slow: a library runs threads of its own."]
    assert library.zygote is None


def test_loading_that_takes_too_long_makes_it_cold_and_is_told(library: Library) -> None:
    library.install({"slow.py": PID + "import time\nif pid > 100: time.sleep(300)\n"})
    library.runner.warmth.loading = 2.0
    told = library.told
    assert where(library, "slow") == {"slow": False}
    assert len(told) == 1
    assert "loading what the tests import failed: it took more than 2 s" in told[0]


def test_loading_that_ends_the_process_makes_it_cold_and_is_told(library: Library) -> None:
    library.install({"ends.py": PID + "import sys\nif pid > 100:\n    print('the end', file=sys.stderr, flush=True)\n"})
    with (library.packages / "ends.py").open("a") as file:
        file.write("    os._exit(3)\n")
    told = library.told
    assert where(library, "ends") == {"ends": False}
    assert len(told) == 1
    assert "its process ended (the end)" in told[0]


ODDITIES = {
    "exits": "raise SystemExit(3)",
    "raises": "raise BaseException('x')",
    "interrupts": "raise KeyboardInterrupt",
    "prints": "import sys; print('printed'); print('printed', file=sys.stderr)",
    "closes the streams": "for fd in (0, 1, 2): os.close(fd)",
    "closes the files of the streams": "import sys; sys.__stdout__.close(); sys.__stdin__.close()",
    "changes the directory": "os.chdir('/usr')",
    "changes the umask": "os.umask(0o777)",
    "takes the signals": "import signal\nfor n in (2, 15, 17): signal.signal(n, signal.SIG_IGN)",
    "wants to be woken": "import signal; signal.set_wakeup_fd(-1)",
    "clears the environment": "os.environ.clear()",
    "has a clock": "import signal; signal.setitimer(signal.ITIMER_REAL, 3600)",
    "leaves a child": "import subprocess; subprocess.Popen(['/bin/true'])",
    "switches the collector on": "import gc; gc.enable()",
}
TIDY = """
import os, stat, subprocess, sys
def test_odd():
    try: import odd
    except BaseException: pass
def test_files(tmp_path, capfd):
    tmp_path.joinpath("a").write_text("b")
    assert stat.S_IMODE(os.stat(tmp_path / "a").st_mode) == 0o644
    assert os.getcwd() == os.path.dirname(__file__)
    os.write(1, b"x")
    assert capfd.readouterr() == ("x", "")
def test_processes():
    assert subprocess.run([sys.executable, "-c", "import sys; sys.exit(7)"]).returncode == 7
def test_kill():
    assert subprocess.run(["/bin/sh", "-c", "kill -TERM $$"]).returncode == -15
"""


@pytest.mark.parametrize("how", ODDITIES)
def test_a_module_that_behaves_oddly_when_it_is_imported_does_no_harm(library: Library, how: str) -> None:
    """It does so in the zygote only: what a test sees of itself when it does so in a run is the test's own affair."""
    odd = f"{PID}if pid > 100:\n" + "".join(f"    {line}\n" for line in ODDITIES[how].splitlines())
    library.install({"odd.py": odd}).write({"test_a.py": TIDY})
    assert len(library.prime().greens()) == 4
    assert library.zygote is not None
    for _ in range(3):
        run = library.run()
        assert len(run.greens()) == 4, run.results
    assert library.zygote is not None
    library.runner.close()
    assert wait_for(lambda: not children())


def test_what_a_module_changes_for_all_when_it_is_imported_is_so_in_a_warm_run_too(library: Library) -> None:
    """Entries of sys.path and of the environment are set up anew in each run."""
    library.install({"vendor/inner.py": "x = 1\n"})
    library.install({"vendors.py": "import os, sys\nsys.path.insert(0, os.path.dirname(__file__) + '/vendor')\n"})
    library.install({"settles.py": "import os\nos.environ.setdefault('SETTLED', 'yes')\n"})
    source = "import os, vendors, settles\ndef test_path():\n    import inner\n"
    library.write({"test_a.py": source + "def test_env(): assert os.environ['SETTLED'] == 'yes'\n"})
    assert len(library.prime().greens()) == 2
    assert library.zygote is not None
    assert len(library.run().greens()) == 2


def test_a_package_that_loads_in_a_jail_only_is_whole_there(library: Library) -> None:
    """What was loaded of it before it failed does not make it another one."""
    library.install(
        {"half/__init__.py": "import os, half.part\nif os.getpid() > 100: raise OSError\nx = half.part.x\n"}
    )
    library.install({"half/part.py": "x = 1\n"})
    library.write({"test_a.py": "import half\ndef test_a(): assert half.x == half.part.x == 1\n"})
    assert library.prime().greens()
    assert library.zygote is not None
    assert library.run().greens()


def test_numpys_numbers_differ_from_fork_to_fork(warm: WarmProject) -> None:
    pytest.importorskip("numpy")
    source = "import numpy.random\ndef test_a(): assert 0, numpy.random.randint(1 << 60)\n"
    warm.write({"test_a.py": source + "def test_b(): pass\n"}).prime()
    found = set()
    for _ in range(3):
        failure = warm.run("test_a.py::test_a").results["test_a.py::test_a"].failure
        assert failure is not None
        found.add(failure.message)
    assert len(found) == 3


# When it is replaced


def test_it_is_replaced_when_what_it_depends_on_changes(library: Library) -> None:
    library.write({"test_a.py": "def test_a(): pass\n", "pyproject.toml": "[tool.pytest.ini_options]\n"}).prime()
    seen = {library.zygote}

    def changed(change: Callable[[], object]) -> None:
        change()
        assert library.run("test_a.py::test_a").greens()
        assert library.zygote is None, "it is of no use any more"
        library.prime()
        assert library.zygote is not None
        assert library.zygote not in seen
        seen.add(library.zygote)
        assert library.run().greens()

    changed(lambda: library.write({"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-v'\n"}))
    changed(lambda: library.write({"pytest.ini": "[pytest]\n"}))
    changed(lambda: library.install({"new-1.0.dist-info/METADATA": "Name: new\nVersion: 1.0\n"}))
    assert library.zygote is not None
    same = library.zygote
    library.write({"test_a.py": "def test_a(): pass\ndef test_b(): pass\n", "new.py": "x = 1\n"}).prime()
    assert library.zygote == same


def test_it_is_replaced_when_a_setting_of_the_environment_changes(warm: WarmProject) -> None:
    environment = {"PATH": os.environ["PATH"], "TZ": "UTC"}
    warm.runner.environment = environment
    test = "import os\ndef test_a(): assert os.environ['TZ'] == 'Europe/Berlin'\n"
    warm.write({"test_a.py": test + "def test_b(): pass\n"}).prime()
    first = warm.zygote
    assert "test_a" not in {node.rpartition("::")[2] for node in warm.run().greens()}
    environment["TZ"] = "Europe/Berlin"
    warm.runner._jail = None  # the environment of a process does not change but through us
    assert len(warm.run().greens()) == 2
    warm.prime()
    assert warm.zygote not in (None, first)
    assert len(warm.run().greens()) == 2


def test_one_that_was_killed_between_runs_is_missed_by_nobody(warm: WarmProject) -> None:
    warm.write({"test_a.py": "def test_a(): pass\n"}).prime()
    first = warm.zygote
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert wait_for(warm.runner.warmth._current.zygote.has_ended)  # type: ignore[union-attr]
    assert warm.run("test_a.py::test_a").greens()
    assert warm.zygote not in (None, first), "another one is made at once"
    assert warm.run("test_a.py::test_a").greens()


@pytest.mark.parametrize("nodes", [("test_a.py::test_a",), ()], ids=["the only test", "one of several"])
def test_a_run_whose_zygote_is_killed_is_repeated_in_a_fresh_process(warm: WarmProject, nodes: tuple[str, ...]) -> None:
    source = "import os, time\ndef test_a():\n    assert os.path.exists('go') or time.sleep(600)\ndef test_b(): pass\n"
    warm.write({"test_a.py": source, "go": ""}).prime()
    zygote, runs = warm.zygote, list[Run]()
    assert zygote is not None
    (warm.root / "go").unlink()
    thread = threading.Thread(target=lambda: runs.append(warm.run(*nodes)))
    thread.start()
    assert wait_for(lambda: is_under_way(zygote))
    warm.write({"go": ""})
    os.kill(zygote, signal.SIGKILL)
    thread.join(60)
    assert runs[0].ending is Ending.COMPLETE
    assert set(outcomes(runs[0]).values()) == {PASSED}, runs[0]
    assert warm.run().greens()


def is_under_way(zygote: int) -> bool:
    """Whether a worker runs below the zygote: three deep, besides the jail that stands by."""
    return any(os.path.exists(f"/proc/{inner}") for init in below(zygote) for inner in below(init))


def below(process: int) -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


class Time:
    """A clock that stands still until it is told to go on."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_next_one_is_made_before_it_is_too_old(warm: WarmProject) -> None:
    clock = warm.runner.warmth.clock = Time()
    warm.write({"test_a.py": "def test_a(): pass\n"}).prime()
    first = warm.zygote
    assert first is not None
    clock.now += 0.5 * warm.runner.warmth.oldest
    assert warm.run().greens()
    assert warm.zygote == first
    clock.now += 0.3 * warm.runner.warmth.oldest
    assert warm.run().greens()
    second = warm.zygote
    assert second not in (None, first)
    assert wait_for(lambda: not Path(f"/proc/{first}").exists())
    clock.now += 1.1 * warm.runner.warmth.oldest
    assert warm.run().greens()
    assert warm.zygote not in (None, first, second)


def test_who_uses_the_old_one_finishes_undisturbed(warm: WarmProject) -> None:
    warm.write({"test_a.py": "def test_a(): pass\n"}).prime()
    mark, _ = warm.runner._current_jail()
    with warm.runner.warmth.borrowed(mark) as lent:
        assert lent is not None
        old = lent.zygote.process.pid
        warm.write({"pytest.ini": "[pytest]\n"}).prime()
        assert warm.zygote != old
        assert lent.zygote.is_well()
    assert not Path(f"/proc/{old}").exists()


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.5])
def test_closing_it_in_the_making_leaves_nothing(tmp_path: Path, seconds: float) -> None:
    before = children()
    with Library.at(tmp_path) as library:
        library.install({"slow.py": PID + "import time\nif pid > 100: time.sleep(600)\n"})
        library.write({"test_a.py": "import slow\ndef test_a(): pass\n"})
        assert library.run(warm=False).greens()
        wait_for(lambda: False, seconds)
    assert children() == before
    assert library.run().ending is Ending.CANCELLED


def test_closing_it_in_a_run_leaves_nothing(tmp_path: Path) -> None:
    before, runs = children(), list[Run]()
    with WarmProject(tmp_path / "project") as warm:
        hangs = "import os, time\ndef test_a(): assert os.path.exists('go') or time.sleep(600)\n"
        warm.write({"test_a.py": hangs, "go": ""}).prime()
        (warm.root / "go").unlink()
        zygote = warm.zygote
        assert zygote is not None
        thread = threading.Thread(target=lambda: runs.append(warm.run()))
        thread.start()
        assert wait_for(lambda: is_under_way(zygote))
    thread.join(30)
    assert not thread.is_alive()
    assert runs[0].ending in (Ending.CANCELLED, Ending.INCOMPLETE)
    assert children() == before


# Whether it is as good as a fresh process


UNFAITHFUL = {
    "counts": ("import os\nloaded = os.getpid()\n", "assert third.loaded == os.getpid()"),
    "reads the environment": ("import os\nvalue = os.environ.get('FROM_CONFTEST')\n", "assert third.value == 'x'"),
}


@pytest.mark.parametrize("how", UNFAITHFUL)
@pytest.mark.parametrize("alone", [False, True], ids=["beside the reds", "apart from the reds"])
def test_a_zygote_that_makes_green_tests_red_is_given_up(library: Library, how: str, alone: bool) -> None:
    module, check = UNFAITHFUL[how]
    library.install({"third.py": module}).write({"conftest.py": "import os\nos.environ['FROM_CONFTEST'] = 'x'\n"})
    red = "def test_red():\n    import module\n    assert module.x == 2\n"
    green = f"import os, third\ndef test_green(): {check}\n"
    files = {"test_a.py": green, "test_b.py": red} if alone else {"test_b.py": green + red}
    library.write({"module.py": "x = 1\n", **files})
    snapshot, told = Snapshot(library.root, "tree"), library.told

    def run(**more: object) -> dict[str, Outcome]:
        request = RunRequest(snapshot, **more)  # type: ignore[arg-type]
        return outcomes(library.runner.run(request, Stop()))

    assert run() == {"test_green": PASSED, "test_red": FAILED}
    assert library.zygote is not None
    for _ in range(2):
        nodes = ("test_b.py::test_red",)
        patch = library.patch(module="x = 2\n")
        assert run(node_ids=nodes, patch=patch, warm=True) == {"test_red": PASSED}
        assert run(node_ids=None, patch=patch, warm=True) == {"test_red": PASSED, "test_green": PASSED}
    assert library.zygote is None
    assert len(told) == 1
    assert "::test_green is green in a fresh process only" in told[0]
    assert run() == {"test_green": PASSED, "test_red": FAILED}
    assert library.zygote is None


# The jail that stands by


def spare_of(project: WarmProject) -> int | None:
    """The init of the jail that stands by: the one child of the zygote's when nothing runs."""
    zygote = project.zygote
    found = below(zygote) if zygote else []
    return found[0] if len(found) == 1 else None


def is_ended(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


def test_the_jail_that_stands_by_gets_the_next_job(warm: WarmProject) -> None:
    warm.write({"test_a.py": "def test_b(): pass\n"}).prime()
    warm.run()
    assert wait_for(lambda: spare_of(warm))
    spare = spare_of(warm)
    hangs = "import os, time\ndef test_b(): assert os.path.exists('go') or time.sleep(600)\n"
    warm.write({"test_a.py": hangs})
    stop, runs = Stop(), list[Run]()
    thread = threading.Thread(target=lambda: runs.append(warm.run(stop=stop)))
    thread.start()
    assert wait_for(lambda: spare is not None and below(spare)), "its worker is below the one that stood by"
    stop.set()
    thread.join(30)
    assert runs[0].ending is Ending.CANCELLED
    assert spare is not None
    assert wait_for(lambda: is_ended(spare))


def test_a_jail_of_another_place_is_not_used(warm: WarmProject, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "data").write_text("x")
    warm.write({"test_a.py": f"def test_a(): open({str(more / 'data')!r})\ndef test_b(): pass\n"}).prime()
    assert outcomes(warm.run())["test_a"] is FAILED
    assert wait_for(lambda: spare_of(warm))
    first = spare_of(warm)
    jail = warm.runner._jail
    assert jail is not None
    binds = (*jail[1].visible.binds, str(more))
    object.__setattr__(jail[1].visible, "binds", binds)
    assert outcomes(warm.run())["test_a"] is PASSED
    assert wait_for(lambda: spare_of(warm) not in (None, first))
    assert first is not None
    assert is_ended(first)


def test_a_repository_made_anew_is_not_seen_through_a_jail_of_the_old_one(warm: WarmProject, tmp_path: Path) -> None:
    warm.write({"test_a.py": "def test_a(): pass\ndef test_b(): pass\n"}).prime()
    warm.run()
    assert wait_for(lambda: spare_of(warm))
    zygote = warm.zygote
    warm.root.rename(tmp_path / "old")
    warm.root.mkdir()
    (tmp_path / "old" / ".git").rename(warm.root / ".git")
    warm.write({"test_a.py": "def test_a(): pass\ndef test_b(): assert 0\n"})
    assert outcomes(warm.run()) == {"test_a": PASSED, "test_b": FAILED}
    assert warm.zygote == zygote


def test_a_jail_does_not_stand_by_for_long(warm: WarmProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guest is a process of its own, so what it has for constants is changed in a copy of its files."""
    hasty = warm.root.parent / "guest"
    hasty.mkdir()
    for file in Path(guest.__file__).parent.rglob("*.py"):
        place = hasty / file.relative_to(Path(guest.__file__).parent)
        place.parent.mkdir(exist_ok=True)
        place.write_text(file.read_text().replace("_STANDS_BY = 30.0", "_STANDS_BY = 1.0"))
    assert "_STANDS_BY = 1.0" in (hasty / "zygote.py").read_text()
    monkeypatch.setattr("tddbot.runner.zygote._BOOTSTRAP", hasty / "bootstrap.py")
    warm.write({"test_a.py": "def test_a(): pass\n"}).prime()
    zygote = warm.zygote
    assert zygote is not None
    for _ in range(2):
        assert warm.run().greens()
        assert wait_for(lambda: below(zygote))
        assert wait_for(lambda: not below(zygote))


def test_what_changed_on_disk_since_the_jail_was_made_is_seen_as_it_is(warm: WarmProject) -> None:
    source = "import os\ndef test_files(): assert 0, [open('data/a').read(), sorted(os.listdir('data'))]\n"
    warm.write({"test_a.py": source + "def test_b(): pass\n", "data/a": "1", "data/b": ""}).prime()

    def seen() -> str:
        failure = warm.run().results["test_a.py::test_files"].failure
        assert failure is not None
        assert wait_for(lambda: spare_of(warm))
        return failure.message.partition("\n")[0]

    assert "['1', ['a', 'b']]" in seen()
    warm.write({"data/a": "2"})
    assert "['2', ['a', 'b']]" in seen()
    warm.write({"data/new": "3"})
    (warm.root / "data" / "new").rename(warm.root / "data" / "a")
    assert "['3', ['a', 'b']]" in seen()
    warm.write({"data/c": ""})
    (warm.root / "data" / "b").unlink()
    assert "['3', ['a', 'c']]" in seen()
    (warm.root / "data").rename(warm.root / "gone")
    warm.write({"data/a": "4"})
    assert "['4', ['a']]" in seen()
    warm.write({"test_a.py": "import os\ndef test_files(): assert 0, os.path.exists('gone/a')\n"})
    assert "True" in seen()


# Stale bytecode


POISON = """
import importlib.util, os, py_compile
with open("evil.py", "w") as file: file.write("x = 77\\n")
target = importlib.util.cache_from_source(os.path.abspath("module.py"))
os.makedirs(os.path.dirname(target), exist_ok=True)
py_compile.compile("evil.py", cfile=target, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
"""


@pytest.mark.parametrize("is_compiled", [False, True], ids=["clean", "with a compiled file that is never checked"])
def test_two_hundred_pairs_of_equal_size_give_their_own_results(warm: WarmProject, is_compiled: bool) -> None:
    """Laid down within one clock tick, two side by side; the first one leaves a compiled file of its own making."""
    pairs = 200 if is_compiled else 25
    warm.write({"module.py": "x = 11\n", "poison.py": "", "test_a.py": "import module, poison\n" + VALUE})
    if is_compiled:
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(warm.root / "module.py"), doraise=True, invalidation_mode=unchecked)
    warm.prime()
    snapshot = Snapshot(warm.root, "tree")
    poison = warm.edit("poison.py", POISON)

    def value(number: int) -> int:
        edits = warm.patch(module=f"x = {number}\n").edits
        patch = type(warm.patch())((*edits, poison) if number % 2 == 0 else edits)
        request = RunRequest(snapshot, patch, ("test_a.py::test_value",), warm=True, lane=str(number % 2))
        failure = warm.runner.run(request, Stop()).results["test_a.py::test_value"].failure
        assert failure is not None
        return int(failure.message.split()[1])

    numbers = [10 + number % 90 for number in range(2 * pairs)]
    with ThreadPoolExecutor(2) as executor:
        assert list(executor.map(value, numbers)) == numbers


VALUE = "def test_value(): raise KeyError(f'was {module.x} here')\ndef test_b(): pass\n"
