"""Which jail is taken, what is said where none is possible, and what the jails over a copy do with the copy."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tddbot.domain import Ending
from tddbot.runner import bubblewrap
from tddbot.runner.backends import BACKENDS, chosen, next_best
from tddbot.runner.jailed_runner import JailedRunner
from tddbot.runner.settings import RunnerSettings
from tests.contracts.backends import python_for_anybody, require_landlock
from tests.runner.tools import Project, wait_for

ROOT = Path(__file__).parents[2]
MADE_FROM = {
    "test_a.py": "import module\ndef test_a(): assert module.x == 2\ndef test_b(): assert module.x == 1\n",
    "module.py": "x = 1\n",
}

RUN = """
import json, sys
from pathlib import Path
from tddbot.errors import UnfitError
from tddbot.runner.settings import RunnerSettings
from tests.contracts.backends import python_for_anybody
from tests.runner import tools
told = []
tools.require_namespaces = lambda: None
python = python_for_anybody() if sys.argv[2] == "landlock" else tools.interpreter()
project = tools.Project(Path(sys.argv[1]), RunnerSettings(jail=sys.argv[2]), python=python)
project.runner.tell = told.append
project.write({"test_a.py": "def test_a(): pass\\n"})
try:
    run = project.run()
    print(json.dumps({"greens": sorted(run.greens()), "jail": run.jail, "told": told, "detail": run.detail}))
except UnfitError as error:
    print(json.dumps({"message": error.message, "hint": error.hint}))
"""


def denied(what: str, where: Path, jail: str) -> dict[str, object]:
    """What a run came to on a machine that denies namespaces."""
    command = [sys.executable, "-m", "tests.runner.denied", what, sys.executable, "-c", RUN, str(where), jail]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_48_without_namespaces_it_is_refused_and_the_control_and_the_remedy_are_named(tmp_path: Path) -> None:
    told = denied("all", tmp_path / "r", "auto")
    assert "no jail is possible here: user namespace failed" in str(told["message"])
    assert 'jail = "landlock"' in str(told["hint"])
    assert "tddbot doctor" in str(told["hint"])
    assert "docker" in str(told["hint"]) or "sysctl" in str(told["hint"])


def test_48_where_bubblewrap_can_it_does_and_says_so(tmp_path: Path) -> None:
    if reason := bubblewrap.unfitness():
        pytest.skip(reason)
    told = denied("old", tmp_path / "r", "auto")
    assert told.get("greens") == ["test_a.py::test_a"], told
    assert str(told["jail"]).startswith("bubblewrap")
    assert "seccomp" in str(told["jail"])
    assert "going on with bubblewrap" in str(told["told"])


def test_48_landlock_is_taken_when_it_is_named(tmp_path: Path) -> None:
    require_landlock()
    python_for_anybody()
    told = denied("all", tmp_path / "r", "landlock")
    assert told.get("greens") == ["test_a.py::test_a"], told
    assert str(told["jail"]).startswith("no namespaces")
    assert "Landlock" in str(told["jail"])


def test_namespaces_by_name_are_never_left_for_something_else() -> None:
    assert chosen("auto") is chosen("namespaces") is BACKENDS["namespaces"]
    assert next_best(BACKENDS["namespaces"], "namespaces") is None
    assert next_best(BACKENDS["bubblewrap"], "auto") is None
    assert chosen("bubblewrap", unsafe=True) is BACKENDS["none"]


def copying(where: Path, kind: str) -> Project:
    """A project whose runs are on a copy."""
    if kind == "bubblewrap":
        if reason := bubblewrap.unfitness():
            pytest.skip(reason)
        return Project(where, RunnerSettings(jail="bubblewrap"))
    if kind == "landlock":
        require_landlock()
        return Project(where, RunnerSettings(jail="landlock"), python=python_for_anybody())
    project = Project(where, python=python_for_anybody())
    project.runner = JailedRunner(
        where, project.settings, lambda: project.python, project.files, project.environment, unsafe=True
    )
    return project


@pytest.fixture(params=["bubblewrap", "landlock", "none"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    return copying(tmp_path / "a project, größer", request.param)


def test_a_patch_is_tried_on_a_copy_and_nothing_is_left_of_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Path(tempfile.mkdtemp())
    room.chmod(0o755)  # as root, the tests are somebody else's
    monkeypatch.setattr("tempfile.tempdir", str(room))
    project.write({**MADE_FROM, ".env": "KEY=1", "sub/data": "d"})
    assert project.run().greens() == {"test_a.py::test_b"}
    assert project.run(patch=project.patch(module="x = 2\n")).greens() == {"test_a.py::test_a"}
    assert (project.root / "module.py").read_text() == "x = 1\n"
    room.rmdir()  # which it can be when it is empty


def test_paths_of_reports_are_those_outside(project: Project) -> None:
    project.write({"pyproject.toml": "[tool.pytest.ini_options]\n", "sub/test_a.py": "def test_a(): assert 0\n"})
    assert project.run().reds() == ("sub/test_a.py::test_a",)
    again = project.run("sub/test_a.py::test_a", detail=True)
    failure = again.results["sub/test_a.py::test_a"].failure
    assert failure is not None
    assert failure.frames[-1].path == "sub/test_a.py"


def test_a_protected_file_that_is_changed_makes_the_run_worthless(project: Project) -> None:
    project.write(MADE_FROM)
    source = (
        "import pathlib\nx = 2\ntry:\n    pathlib.Path('test_a.py').write_text('def test_a(): pass')\n"
        "except OSError: pass\n"
    )
    run = project.run("test_a.py::test_a", patch=project.patch(module=source))
    is_held = run.jail.startswith("bubblewrap")
    assert run.ending is (Ending.COMPLETE if is_held else Ending.INCOMPLETE)
    assert (project.root / "test_a.py").read_text() == MADE_FROM["test_a.py"]


def test_an_edit_of_a_protected_file_is_not_made(project: Project) -> None:
    project.write(MADE_FROM)
    edit = project.edit("test_a.py", "def test_a(): pass\n")
    patch = type(project.patch(module="x = 3\n"))((edit,))
    assert project.run("test_a.py::test_a", patch=patch).reds() == ("test_a.py::test_a",)


def test_what_a_run_leaves_behind_is_buried(project: Project, tmp_path: Path) -> None:
    mark = f"mark-{os.urandom(8).hex()}"
    code = "import os, time; os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0); time.sleep(600)"
    source = f"import subprocess, sys\ndef test_a():\n    subprocess.run([sys.executable, '-c', {code!r}, {mark!r}])\n"
    project.write({"test_a.py": source})
    assert project.run().greens()
    assert wait_for(lambda: not _with(mark))


def _with(mark: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path.parent.name] if mark.encode() in path.read_bytes() else []
        except OSError:
            continue
    return found


def test_without_a_jail_every_record_says_so(tmp_path: Path) -> None:
    project = copying(tmp_path / "r", "none").write(MADE_FROM)
    assert project.run().jail.startswith("NO JAIL")
