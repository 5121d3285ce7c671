"""What a report has to bear so that it counts: seals that fit, and canaries that failed in their own way."""

import json
import os
import random
import subprocess
from collections.abc import Iterator

import pytest

from tddbot.domain import Ending
from tddbot.runner import records
from tddbot.runner.canaries import Canaries, Canary
from tddbot.runner.guest.wire import Wire
from tddbot.runner.records import Collected, FailureRecord, Finish, Report, Start, Trace
from tddbot.runner.seals import Seals
from tests.runner.tools import Project


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


def lines(pipe: tuple[int, int], key: bytes, count: int = 4) -> list[bytes]:
    """What a jailed process with that key writes."""
    wire = Wire(pipe[1], os.getpid(), key)
    for number in range(count):
        wire.send("start", node=f"test_ü.py::test_{number}\udcff")
    return os.read(pipe[0], 1 << 16).splitlines()


def test_honest_lines_open_to_what_was_sent(pipe: tuple[int, int]) -> None:
    seals = Seals()
    opened = [seals.open(line) for line in lines(pipe, seals.key)]
    assert [json.loads(line or "")["node"] for line in opened] == [f"test_ü.py::test_{n}?" for n in range(4)]
    assert seals.fault is None


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (lambda all: [all[0], all[2], all[3]], 2),
        (lambda all: [all[0], all[0], all[1]], 2),
        (lambda all: [all[1], all[0]], 1),
        (lambda all: [all[0], all[1].replace(b"test_1", b"test_9")], 2),
        (lambda all: [all[0], all[1].partition(b" ")[2]], 2),
        (lambda all: [all[0], b'{"kind": "end", "code": 0}'], 2),
        (lambda all: [b"", *all], 1),
        (lambda all: [all[0] + b" "], 1),
    ],
    ids=["missing", "repeated", "exchanged", "changed", "bare", "forged", "empty", "longer"],
)
def test_a_line_that_is_not_the_next_ends_it(pipe: tuple[int, int], change, number: int) -> None:
    seals = Seals()
    honest = lines(pipe, seals.key)
    opened = [seals.open(line) for line in change(honest)]
    assert opened[number - 1 :] == [None] * (len(opened) - number + 1)
    assert seals.fault == f"record {number} does not carry its seal"
    assert seals.open(honest[-1]) is None


def test_each_process_has_a_key_of_its_own(pipe: tuple[int, int]) -> None:
    assert Seals().open(lines(pipe, Seals().key)[0]) is None


def test_a_fork_of_the_owner_says_nothing(pipe: tuple[int, int]) -> None:
    Wire(pipe[1], os.getppid(), b"key").send("end", code=0)
    os.set_blocking(pipe[0], False)
    with pytest.raises(BlockingIOError):
        os.read(pipe[0], 1)


def test_what_sends_is_bound_before_anybody_can_put_something_in_its_place(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seals = Seals()
    wire = Wire(pipe[1], os.getpid(), seals.key)
    monkeypatch.setattr(os, "write", lambda *_: 1)
    monkeypatch.setattr(json, "dumps", lambda *_, **__: "{}")
    wire.send("end", code=1)
    assert seals.open(os.read(pipe[0], 999).rstrip(b"\n")) == b'{"code": 1, "kind": "end"}'
    assert not hasattr(wire, "__dict__")


def failed(canary: Canary, when: str, message: str) -> Report:
    return Report(f"a.py::{canary.name}", when, "failed", 0.0, failure=FailureRecord(when, "E", message))


def honest(canaries: Canaries) -> list[records.Record]:
    said: list[records.Record] = [Start("a.py::test_real")]
    for canary in canaries.planned.values():
        phase = "setup" if canary.kind == "setup" else "call"
        said += [Start(f"::{canary.name}"), failed(canary, phase, f"assert '{canary.nonce}' == 'x'")]
    return said


def test_canaries_that_failed_as_they_must() -> None:
    canaries = Canaries()
    taken = [canaries.take(record) for record in honest(canaries)]
    assert taken == [False, *[True] * 6]
    assert canaries.are_due
    assert canaries.fault() is None


def test_where_no_test_ran_none_is_due() -> None:
    canaries = Canaries()
    assert not canaries.take(Collected(("a.py::test_a",)))
    assert not canaries.are_due
    assert canaries.fault() is None


@pytest.mark.parametrize("kind", ["compare", "raise", "setup"])
@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (lambda canary: [], "was not reported"),
        (lambda canary: [Report(f"a.py::{canary.name}", "call", "passed", 0.0)], "was reported as passed"),
        (lambda canary: [Report(f"a.py::{canary.name}", "call", "skipped", 0.0, True)], "was reported as skipped"),
        (lambda canary: [failed(canary, "call", "x"), failed(canary, "call", "y")], "was reported as failed"),
        (lambda canary: [failed(canary, "call", "another")], "another failure than its own"),
        (lambda canary: [failed(canary, "teardown", canary.nonce)], "another failure than its own"),
        (lambda canary: [Report(f"a.py::{canary.name}", "call", "failed", 0.0)], "another failure than its own"),
    ],
)
def test_one_canary_that_did_not_is_enough(kind: str, forge, said: str) -> None:
    canaries = Canaries()
    [forged] = [canary for canary in canaries.planned.values() if canary.kind == kind]
    for record in honest(canaries):
        if getattr(record, "node", "").rpartition("::")[2] != forged.name:
            canaries.take(record)
    for record in forge(forged):
        canaries.take(record)
    assert said in (canaries.fault() or "")


def test_all_that_is_said_of_a_canary_goes_no_further() -> None:
    canaries = Canaries()
    name = next(iter(canaries.planned))
    for record in (Start(f"a.py::{name}"), Trace(f"a.py::{name}"), Finish(f".::{name}")):
        assert canaries.take(record)
    assert not canaries.are_due


def test_nobody_knows_their_names_or_places_beforehand() -> None:
    random.seed(1)
    one = Canaries()
    random.seed(1)
    other = Canaries()
    assert one.planned.keys().isdisjoint(other.planned)
    assert {canary.nonce for canary in one.planned.values()}.isdisjoint(c.nonce for c in other.planned.values())
    assert [canary.place for canary in one.planned.values() if canary.kind == "compare"] == [1.0]


ALL = (
    "signed records",
    "canaries",
    "nothing replaced that tests assert with",
    "no protected file changed",
    "exit code",
)

NOSY = """
import json, pathlib, pytest
SEEN = []
def pytest_collection_modifyitems(items): SEEN.append(len(items))
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item): SEEN.append(item.name)
def pytest_runtest_setup(item): SEEN.append(item.module.__name__)
def pytest_runtest_logstart(nodeid): SEEN.append(nodeid)
def pytest_runtest_logreport(report): SEEN.append(report.nodeid)
@pytest.fixture(autouse=True)
def each(): SEEN.append("each")
@pytest.fixture(autouse=True, scope="module")
def of_module():
    SEEN.append("module up")
    yield
    SEEN.append("module down")
@pytest.fixture(autouse=True, scope="session")
def of_session(): SEEN.append("session")
@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    SEEN.append((item.session.testsfailed, len(item.session.items)))
    seen = pathlib.Path("seen.json")
    if nextitem is None and not seen.exists():
        seen.write_text(json.dumps(SEEN))
    elif nextitem is None:
        assert json.dumps(SEEN) == seen.read_text()
"""
PLAIN = """
import unittest
def test_a(): pass
def test_b(): pass
class TestX:
    def test_one(self): pass
    def test_two(self): pass
class TestU(unittest.TestCase):
    def test_u(self): pass
"""


@pytest.mark.parametrize("addopts", ["", "-W error -p no:asyncio --strict-markers", "-p no:unittest", "--assert=plain"])
def test_nothing_of_a_project_meets_a_canary(project: Project, addopts: str) -> None:
    project.write({"pytest.ini": f"[pytest]\naddopts = {addopts}\n", "conftest.py": NOSY})
    project.write({"test_nosy.py": PLAIN, "test_other.py": "def test_c(): pass\n"})
    if "unittest" in addopts:
        project.write({"test_nosy.py": PLAIN.replace("(unittest.TestCase)", "")})
    command = [project.python.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider"]
    subprocess.run(command, cwd=project.root, check=True, capture_output=True)
    run = project.run()
    assert (run.ending, run.detail) == (Ending.COMPLETE, "")
    assert [run.results[node].failure for node in run.reds()] == []
    assert len(run.results) == 6
    assert run.held == ALL


@pytest.mark.parametrize(
    "files",
    [
        {"test_a.py": "import pytest\npytestmark = pytest.mark.skip\ndef test_a(): pass\n"},
        {"test_a.py": "import pytest\npytestmark = pytest.mark.xfail\ndef test_a(): assert 0\n"},
        {"test_a.py": "import pytest\npytestmark = pytest.mark.usefixtures('nothing')\ndef test_a(): pass\n"},
        {"test_a.py": "def setup_module(): raise OSError\ndef test_a(): pass\ndef test_b(): pass\n"},
        {"p/__init__.py": "def setup_module(): raise OSError\n", "p/test_a.py": "def test_a(): pass\n"},
        {"test_a.py": "class TestA:\n    def setup_class(cls): raise OSError\n    def test_a(self): pass\n"},
        {"a.py": '"""\n>>> 1\n1\n"""\n', "pytest.ini": "[pytest]\naddopts = --doctest-modules\n"},
        {"test_a.txt": ">>> 1\n1\n", "pytest.ini": "[pytest]\naddopts = --doctest-glob=*.txt\n"},
        {"test_a.py": "import unittest\nclass TestA(unittest.TestCase):\n    def test_a(self): pass\n"},
    ],
    ids=["skip", "xfail", "usefixtures", "setup_module", "package", "setup_class", "doctest", "text", "unittest"],
)
def test_canaries_live_in_any_project(project: Project, files: dict[str, str]) -> None:
    run = project.write(files).run()
    assert (run.ending, run.detail) == (Ending.COMPLETE, "")
    assert len(run.results) == sum("test_a" in path or path == "a.py" for path in files) + ("test_b" in str(files))
    assert run.held == ALL


def test_without_a_test_there_is_no_canary(project: Project) -> None:
    run = project.write({"test_a.py": "", "conftest.py": ""}).run()
    assert run.ending is Ending.COMPLETE
    assert "canaries" not in run.held


CHOKING = """
def pytest_runtest_makereport(item, call): item.mine
def pytest_itemcollected(item): item.mine = 1
"""


def test_where_a_projects_own_hooks_choke_on_canaries_it_goes_without(project: Project) -> None:
    project.write({"plug.py": CHOKING, "conftest.py": "pytest_plugins = ['plug']\n", "module.py": "x = 1\n"})
    project.write({"test_a.py": "import module\ndef test_a(): assert module.x == 2\n"})
    without = tuple(name for name in ALL if name != "canaries")
    baseline = project.run()
    assert (baseline.ending, len(baseline.reds()), baseline.held) == (Ending.COMPLETE, 1, without)
    run = project.run(patch=project.patch(module="x = 2\n"))
    assert (run.ending, run.detail, run.reds(), run.held) == (Ending.COMPLETE, "", (), without)


def test_a_test_that_writes_data_beside_itself_is_innocent(project: Project) -> None:
    source = "import module\ndef test_a():\n    open('tests/new.json', 'w').write('')\n    assert module.x == 2\n"
    project.write({"tests/test_a.py": source, "module.py": "x = 1\n"})
    run = project.run(patch=project.patch(module="x = 2\n"))
    assert (run.ending, run.held) == (Ending.COMPLETE, ALL)


def test_what_the_tests_rewrite_anyway_is_nothing_that_a_patch_did(project: Project) -> None:
    source = "import module\ndef test_a():\n    open('tests/x.json', 'w').write('')\n    assert module.x == 2\n"
    project.write({"tests/test_a.py": source, "tests/x.json": "1", "module.py": "x = 1\n"})
    patch = project.patch(module="x = 2\n")
    assert project.run(patch=patch).detail == "tampered: tests/x.json was rewritten or removed during the run"
    assert project.run().ending is Ending.COMPLETE
    assert project.run(patch=patch).held == ALL


def test_a_hook_that_turns_failures_round_is_the_projects_own(project: Project) -> None:
    hook = (
        "import pytest\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n"
        "    report = (yield).get_result()\n    report.outcome = 'passed'\n"
    )
    project.write({"conftest.py": hook, "test_a.py": "def test_a(): assert 0\n", "module.py": "x = 1\n"})
    assert project.run().held[:3] == ALL[:3]
    assert project.run(patch=project.patch(module="x = 2\n")).ending is Ending.COMPLETE


def test_a_proof_holds_what_the_baseline_held(project: Project) -> None:
    """Else a candidate could be green first, and then take its process down in a test that was red before."""
    project.write({"module.py": "def f(): return 1\ndef g(): return 1\n"})
    project.write({"test_a.py": "import module\ndef test_a(): assert module.f() == 2\n"})
    project.write({"test_b.py": "import module\ndef test_b(): assert module.g() == 2\n"})
    assert project.run().held == ALL
    patch = project.patch(module="import os\ndef f(): return 2\ndef g(): os._exit(0)\n")
    run = project.run(patch=patch)
    assert run.ending is Ending.INCOMPLETE
    assert run.detail == (
        "it ended without canaries and nothing replaced that tests assert with, which the tests have without the patch"
    )
    alone = project.run("test_a.py::test_a", patch=patch)
    assert (alone.ending, alone.held) == (Ending.COMPLETE, ALL)


def test_pytests_own_words_are_not_lost_where_it_breaks_down(project: Project) -> None:
    project.write({"conftest.py": "def pytest_runtest_logreport(): raise SystemError('hook')\n", "a.py": "x = 1\n"})
    run = project.write({"test_a.py": "def test_a(): pass\n"}).run(patch=project.patch(a="x = 2\n"))
    assert run.ending is Ending.UNUSABLE
    assert "SystemError: hook" in run.detail


def test_where_xdist_runs_the_tests_canaries_are_for_single_ones(project: Project) -> None:
    pytest.importorskip("xdist")
    project.write({"pytest.ini": "[pytest]\naddopts = -n 2\n", "test_a.py": "def test_a(): pass\ndef test_b(): pass\n"})
    assert "canaries" not in project.run().held
    assert project.run("test_a.py::test_a").held == ALL


def test_a_file_that_cannot_be_collected_is_no_test_that_canaries_are_missed_beside(project: Project) -> None:
    project.write({"module.py": "raise ValueError\n", "test_a.py": "import module\ndef test_a(): pass\n"})
    project.write({"test_b.py": "def test_b(): pass\n"})
    assert project.run().held == ALL
    assert project.run("test_a.py", detail=True, trace=True).reds()
    assert project.run(patch=project.patch(module="x = 1\n")).held == ALL
