"""A run sees the repository with the patch laid over it, at its own path, and leaves no trace outside."""

import os
import py_compile
import subprocess
import sys

import pytest

from tddbot.domain import Edit, Ending, Outcome, Patch
from tddbot.runner.interpreter import Interpreter, ask
from tddbot.stop import Stop
from tests.runner.tools import Project, git, outcomes


def test_a_patch_is_laid_over_and_never_written(project: Project) -> None:
    project.write({"module.py": "x = 1\n", "test_a.py": "import module\ndef test_a(): assert module.x == 2\n"})
    patch = project.patch(module="x = 2\n")
    run = project.run(patch=patch)
    assert outcomes(run) == {"test_a": Outcome.PASSED}
    assert run.patch_id == patch.id
    assert (project.root / "module.py").read_text() == "x = 1\n"
    assert outcomes(project.run()) == {"test_a": Outcome.FAILED}


def test_files_and_directories_appear_and_vanish(project: Project) -> None:
    source = """
import os, new.deep.module, stat
def test_a():
    assert new.deep.module.x == "ä"
    assert not os.path.exists("old.py")
    assert not os.path.exists("sub/old.py")
    assert stat.S_IMODE(os.stat("tool").st_mode) == 0o755
    assert open("latin.py", "rb").read() == b"# coding: latin-1\\r\\nx = '\\xe4'\\r\\n"
    for path in ("new/deep/module.py", "new", "tool"):
        assert os.access(path, os.W_OK)
"""
    project.write({"test_a.py": source, "old.py": "", "sub/old.py": "", "tool": "#!/bin/sh\n"})
    (project.root / "tool").chmod(0o755)
    patch = Patch(
        (
            Edit("new/deep/module.py", None, "x = 'ä'\n"),
            Edit("old.py", "", None),
            Edit("sub/old.py", "", None),
            Edit("tool", "#!/bin/sh\n", "#!/bin/bash\n"),
            Edit("latin.py", None, "# coding: latin-1\r\nx = 'ä'\r\n", "latin-1"),
        )
    )
    run = project.run(patch=patch, detail=True)
    assert run.greens(), run.results
    assert sorted(path.name for path in project.root.iterdir()) == [".git", "old.py", "sub", "test_a.py", "tool"]


@pytest.mark.parametrize("path", ["file.py/below.py", "link/below.py", "link", "directory", "x" * 300])
def test_an_edit_that_cannot_be_written_is_the_patchs_fault(project: Project, path: str) -> None:
    project.write({"file.py": "", "directory/a.py": "", "test_a.py": "def test_a(): pass\n"})
    (project.root / "link").symlink_to("directory")
    run = project.run(patch=Patch((Edit(path, None, "x = 1\n"),)))
    assert run.ending is Ending.INCOMPLETE
    assert run.detail.startswith(f"{path} cannot be written: ")


def test_protected_files_are_the_repositorys_own(project: Project) -> None:
    """The guard refuses such a patch; where it should not, the workspace still has the originals."""
    project.write({"test_a.py": "def test_a(): assert False\n", "tests/conftest.py": "", "pyproject.toml": ""})
    run = project.run(patch=Patch((project.edit("test_a.py", "def test_a(): pass\n"),)))
    assert outcomes(run) == {"test_a": Outcome.FAILED}


EVIL = "def pytest_collection_modifyitems(items): items.clear()\n"
NEW = {
    "a conftest": {"conftest.py": EVIL},
    "a configuration": {"pytest.ini": "[pytest]\naddopts = --collect-only\n"},
    "a plugin by entry points": {
        "evil.py": EVIL,
        "evil.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: evil\nVersion: 1\n",
        "evil.egg-info/entry_points.txt": "[pytest11]\nevil = evil\n",
    },
    "a distribution": {
        "evil.py": EVIL,
        "evil-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: evil\nVersion: 1\n",
        "evil-1.dist-info/entry_points.txt": "[pytest11]\nevil = evil\n",
    },
    "a start-up file": {"sitecustomize.py": "raise SystemExit\n", "evil.pth": "import os; os._exit(0)\n"},
    "pytest": {"pytest.py": "raise SystemExit\n", "_pytest/__init__.py": "raise SystemExit\n"},
    "a package of tests": {"tests/__init__.py": "raise SystemExit\n", "tests/helper.py": "x = 2\n"},
}


@pytest.mark.parametrize("name", NEW)
def test_what_is_protected_and_new_is_not_there_at_all(project: Project, name: str) -> None:
    """Names that would be believed: the guard refuses them, and where it should not, nobody reads them."""
    project.write({"test_a.py": "def test_a(): assert False\n", "tests/test_b.py": "def test_b(): pass\n"})
    run = project.run(patch=Patch(tuple(Edit(path, None, text) for path, text in NEW[name].items())))
    assert run.ending is Ending.COMPLETE, run.detail
    assert outcomes(run) == {"test_a": Outcome.FAILED, "test_b": Outcome.PASSED}


def test_a_protected_file_of_other_tests_is_not_written_either(project: Project) -> None:
    project.write({"test_a.py": "from test_b import x\ndef test_a(): assert x == 2\n", "test_b.py": "x = 1\n"})
    patch = Patch((project.edit("test_b.py", "x = 2\n"),))
    assert outcomes(project.run("test_a.py::test_a", patch=patch)) == {"test_a": Outcome.FAILED}


def test_a_conftest_that_was_not_there_is_noticed(project: Project) -> None:
    """A patch may not bring one; a candidate may still write one while it is imported."""
    writes = "import pathlib\npathlib.Path('b').mkdir(exist_ok=True)\npathlib.Path('b/conftest.py').write_text('')\n"
    project.write({"module.py": "", "test_a.py": "import module\ndef test_a(): pass\n", "b/test_b.py": "x = 1\n"})
    assert project.run().ending is Ending.COMPLETE
    project.write({"a/__init__.py": "", "a/test_a.py": "import module\ndef test_a(): pass\n"})
    run = project.run(patch=project.patch(module=writes))
    assert run.ending is Ending.INCOMPLETE
    assert run.detail == "b/conftest.py took part, which is no file of the repository"


SECRETS = """
import os
def test_env(): assert open(".env").read() == open("sub/.env.local").read() == ""
def test_git(): assert os.listdir(".git") == []
def test_submodule(): assert open("module/.git").read() == ""
def test_ignored(): assert open("ignored/deep/id_rsa").read() == open("ignored/server.key").read() == ""
def test_example(): assert open(".env.example").read() == "X="
def test_of_a_test(): assert open("certificates/test.key").read() == "not secret"
def test_library(): assert open("env/lib/ca.pem").read() == "public"
def test_through_a_link(): assert open("link").read() == ""
"""


def test_secrets_are_masked(project: Project) -> None:
    project.write(
        {
            ".gitignore": ".env\n/ignored\n/env\n", ".env": "KEY=1", "sub/.env.local": "KEY=2", ".env.example": "X=",
            "module/.git": "gitdir: elsewhere", "ignored/deep/id_rsa": "KEY", "ignored/server.key": "KEY",
            "certificates/test.key": "not secret", "env/pyvenv.cfg": "", "env/lib/ca.pem": "public",
            "test_a.py": SECRETS,
        }
    )  # fmt: skip
    (project.root / "link").symlink_to(".env")
    git(project.root, "add", "test_a.py", "certificates", ".env.example")
    run = project.run(detail=True)
    assert run.ending is Ending.COMPLETE, run.detail
    assert {node: run.results[node].failure for node in run.reds()} == {}
    (project.root / "ignored" / "late.key").write_text("KEY")
    project.write({"test_a.py": "def test_late(): assert open('ignored/late.key').read() == ''\n"})
    assert outcomes(project.run()) == {"test_late": Outcome.PASSED}


@pytest.mark.parametrize("mode", list(py_compile.PycInvalidationMode))
def test_a_compiled_file_of_the_original_never_runs(project: Project, mode: py_compile.PycInvalidationMode) -> None:
    project.write({"module.py": "x = 1\n", "test_a.py": "import module\ndef test_a(): assert module.x == 2\n"})
    py_compile.compile(str(project.root / "module.py"), doraise=True, invalidation_mode=mode)
    stale = os.stat(project.root / "module.py")
    assert outcomes(project.run(patch=project.patch(module="x = 2\n"))) == {"test_a": Outcome.PASSED}
    assert os.stat(project.root / "module.py") == stale
    assert len(list((project.root / "__pycache__").iterdir())) == 1


def test_a_compiled_file_that_a_candidate_leaves_is_gone_in_the_next_run(project: Project) -> None:
    poison = """
import importlib.util, os, py_compile
open("evil.py", "w").write("x = 3\\n")
target = importlib.util.cache_from_source(os.path.abspath("module.py"))
py_compile.compile("evil.py", cfile=target, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
"""
    project.write({"module.py": "x = 1\n", "other.py": "", "test_a.py": "import other, module\ndef test_a(): module.x"})
    project.write({"test_a.py": "import other, module\ndef test_a(): assert module.x == 3\n"})
    assert outcomes(project.run(patch=project.patch(other=poison))) == {"test_a": Outcome.PASSED}
    assert outcomes(project.run()) == {"test_a": Outcome.FAILED}


def test_candidates_of_equal_size_give_their_own_results(project: Project) -> None:
    project.write({"module.py": "x = 0\n", "test_a.py": "import module\ndef test_a(): assert module.x == 4\n"})
    found = [project.run(patch=project.patch(module=f"x = {n}\n")).greens() for n in range(2, 7)]
    assert [bool(greens) for greens in found] == [False, False, True, False, False]


def test_the_files_are_asked_once_a_tree(project: Project) -> None:
    project.write({"test_a.py": "def test_a(): pass\n"})
    asked: list[int] = []

    def files() -> tuple[str, ...]:
        asked.append(1)
        return project.files()

    project.runner.files = files
    request = project.request()
    for _ in range(2):
        project.runner.run(request, Stop())
    assert len(asked) == 1
    project.run()
    assert len(asked) == 2


def test_an_environment_inside_the_repository_is_read_only(project: Project) -> None:
    project.write({"src/module.py": "x = 1\n"})
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(project.root / ".venv")], check=True)
    packages = next((project.root / ".venv" / "lib").glob("python*")) / "site-packages"
    (packages / "outer.pth").write_text("\n".join(project.python.path) + "\n")
    (packages / "editable.pth").write_text(f"{project.root / 'src'}\n")
    found = ask(project.root / ".venv" / "bin" / "python")
    assert isinstance(found, Interpreter)
    project.python = found
    source = f"""
import pathlib, sys, module, pytest
def test_a():
    assert sys.prefix == {str(project.root / ".venv")!r}
    assert module.x == 2
def test_b():
    with pytest.raises(OSError):
        pathlib.Path({str(packages)!r}, "evil.pth").write_text("import os")
"""
    project.write({"test_a.py": source, ".gitignore": ".venv\n"})
    run = project.run(patch=Patch((project.edit("src/module.py", "x = 2\n"),)), detail=True)
    assert len(run.greens()) == 2, run
    inside = packages.relative_to(project.root).as_posix() + "/evil.py"
    assert "cannot be written" in project.run(patch=Patch((Edit(inside, None, ""),))).detail


def test_originals_that_a_pattern_protects_lie_over_the_patch(project: Project) -> None:
    test = "import check_it\ndef test_a():\n    assert check_it.x == 1\n    try: open('check_it.py', 'a')\n"
    project.write({"check_it.py": "x = 1\n", "test_a.py": test + "    except OSError: pass\n    else: assert 0\n"})
    patch = project.patch(check_it="x = 2\n")
    assert outcomes(project.run(patch=patch)) == {"test_a": Outcome.FAILED}
    assert outcomes(project.run(patch=patch, protected=("check_*.py",))) == {"test_a": Outcome.PASSED}
    assert outcomes(project.run(patch=patch)) == {"test_a": Outcome.FAILED}
