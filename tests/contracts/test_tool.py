"""What a tool of the project's own must hold in every jail: it sees the patch, and leaves nothing behind."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.domain import Patch
from tddbot.ports import ToolRequest, ToolRun
from tddbot.stop import Stop
from tests.contracts.backends import BACKENDS, Backend, python_for_anybody
from tests.contracts.test_jail import arena, untouched
from tests.runner.tools import Project, left_over, wait_for


def _unsafe(*arguments: object) -> Project:
    project = Project(*arguments, python=python_for_anybody())  # type: ignore[arg-type]
    runner = project.runner
    project.runner = type(runner)(
        runner.root, runner.settings, runner.interpreter, runner.files, runner.environment, unsafe=True
    )
    return project


@pytest.fixture(scope="module", params=[*BACKENDS, "none"])
def backend(request: pytest.FixtureRequest) -> Backend:
    return BACKENDS.get(request.param, _unsafe)


@pytest.fixture
def project(backend: Backend, tmp_path: Path) -> Iterator[Project]:
    with arena(tmp_path, backend) as project:
        yield project


def tool(project: Project, module: str, *arguments: str, stop: Stop | None = None, **more: object) -> ToolRun:
    request = ToolRequest(project.request().snapshot, module, arguments, **more)  # type: ignore[arg-type]
    with untouched(project.root.parent):
        return project.runner.tool(request, stop or Stop())


def script(project: Project, source: str) -> tuple[str, ...]:
    """The arguments for a tool that is at hand everywhere, and does what `source` says."""
    return "-n", "1", "-r", "1", source


def test_ruff_finds_what_a_patch_brings(project: Project) -> None:
    prefixes = project.runner.interpreter().prefixes
    if not any((Path(prefix) / "bin" / "ruff").is_file() for prefix in prefixes):
        pytest.skip("the Python that everybody can read has Ruff's module, but not its program")
    project.write({"module.py": "x = 1\n", "ruff.toml": "lint.select = ['F']\n"})
    arguments = ("check", "--no-cache", "--output-format=json", "module.py")
    before = tool(project, "ruff", *arguments)
    after = tool(project, "ruff", *arguments, patch=Patch((project.edit("module.py", "import os\nx = 1\n"),)))
    assert (before.exit_code, json.loads(before.output), before.fault) == (0, [], "")
    assert (after.exit_code, after.fault) == (1, "")
    assert [found["code"] for found in json.loads(after.output)] == ["F401"]


def test_mypy_finds_what_a_patch_brings(project: Project) -> None:
    project.write({"module.py": "x: int = 1\n", "other.py": "y: str = 'y'\n"})
    patch = Patch((project.edit("module.py", "from other import y\nx: int = y\n"),))
    done = tool(project, "mypy", "--cache-dir=/dev/null", "--no-error-summary", "module.py", patch=patch)
    assert (done.exit_code, done.fault) == (1, "")
    assert [line.partition(" error: ")[0] for line in done.output.splitlines()] == ["module.py:2:"]


def test_a_module_that_is_not_there_is_a_fault(project: Project) -> None:
    done = tool(project, "no_such_tool")
    assert done.fault == "the project's Python has no module no_such_tool"
    assert done.output == ""


@pytest.mark.parametrize("name", ["json", "timeit", "ruff", "runpy", "sitecustomize", "usercustomize", "pathlib"])
def test_nothing_of_a_patch_stands_in_for_the_tool(project: Project, name: str) -> None:
    forged = f"print('forged')\nraise SystemExit\nx = {name!r}\n"
    patch = Patch((project.edit(f"{name}.py", forged), project.edit(f"{name}/__main__.py", forged)))
    done = tool(project, "timeit", *script(project, "print(40 + 2)"), patch=patch)
    assert done.output.splitlines()[0] == "42"
    assert (done.exit_code, done.fault) == (0, "")


def test_protected_files_are_the_repositorys_own(project: Project) -> None:
    patch = Patch((project.edit("tests/test_other.py", "print('forged')"),))
    done = tool(project, "timeit", *script(project, "print(open('tests/test_other.py').read())"), patch=patch)
    assert done.output.startswith("def test_other(): pass\n")


def test_it_writes_nothing_to_the_host(project: Project) -> None:
    source = "open('new', 'w').write('x'); open('pyproject.toml', 'w').write('x'); print('written')"
    done = tool(project, "timeit", *script(project, source))
    assert not (project.root / "new").exists()
    assert (project.root / "pyproject.toml").read_text() == ""
    assert done.output.startswith("written") or done.fault


def test_it_sees_no_key_and_no_git(project: Project) -> None:
    source = "import os; print(sorted(os.environ)); print(os.listdir('.git') if os.path.isdir('.git') else [])"
    done = tool(project, "timeit", *script(project, source))
    assert "API_KEY" not in done.output
    assert done.output.splitlines()[1] == "[]"


def test_its_time_is_bounded_and_no_process_of_it_lives_on(project: Project) -> None:
    mark = f"mark-{project.root.parent.name}-{time.monotonic_ns()}"
    source = (
        "import os, subprocess, sys, time; "
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{mark}'], start_new_session=True); "
        "time.sleep(600)"
    )
    done = tool(project, "timeit", *script(project, source), seconds=3.0)
    assert done.fault == "it took more than 3 s"
    assert wait_for(lambda: left_over(mark) == [])


def test_what_it_leaves_behind_ends_with_it(project: Project) -> None:
    mark = f"mark-{project.root.parent.name}-{time.monotonic_ns()}"
    source = (
        "import subprocess, sys; "
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', '{mark}'], start_new_session=True)"
    )
    assert tool(project, "timeit", *script(project, source)).exit_code == 0
    assert left_over(mark) == []


def test_a_stop_ends_it(project: Project) -> None:
    stop = Stop()
    timer = threading.Timer(1.5, stop.set)
    timer.start()
    done = tool(project, "timeit", *script(project, "import time; time.sleep(600)"), stop=stop, seconds=60.0)
    timer.join()
    assert done.fault == "it was cancelled"


def test_all_that_it_prints_is_told_up_to_a_bound(project: Project) -> None:
    much = tool(project, "timeit", *script(project, "print('x' * 4_000_000)"))
    assert much.output.startswith("x" * 4_000_000)
    flood = tool(project, "timeit", *script(project, "while True: print('x' * 65536)"))
    assert flood.fault == "it printed more than 8 MB"


def test_errors_are_no_part_of_what_it_printed(project: Project) -> None:
    done = tool(project, "timeit", *script(project, "import sys; sys.stderr.write('beside'); print('said')"))
    assert done.output.startswith("said\n")
    assert "beside" not in done.output


def test_how_it_died_is_told(project: Project) -> None:
    died = tool(project, "timeit", *script(project, "import os; os.kill(os.getpid(), 11)"))
    assert died.fault == "its process was ended by SIGSEGV"
    said = tool(project, "timeit", *script(project, "import sys; sys.exit('this is why')"))
    assert (said.exit_code, said.fault.endswith("SystemExit: this is why")) == (1, True)
