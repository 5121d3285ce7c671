"""The fixture repositories of `fixtures/projects`: what is expected of each, and a copy of one to run its tests in."""

import functools
import shutil
import sys
import sysconfig
import tomllib
import venv
from dataclasses import dataclass, field
from pathlib import Path

from tddbot.domain import NodeId, Outcome, Patch, Run
from tddbot.runner.interpreter import Interpreter
from tests.runner.tools import Project, git, interpreter

_FIXTURES = Path(__file__).parents[2] / "fixtures" / "projects"
_METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
_SCRIPT = "#!{python}\nimport sys\nfrom {name}.__main__ import main\nsys.exit(main())\n"
_FINDER = """
import sys
from importlib.machinery import PathFinder

MAPPING = {mapping!r}


class _EditableFinder:
    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        parent, _, name = fullname.rpartition(".")
        if parent == "" and name in MAPPING:
            return PathFinder.find_spec(fullname, [MAPPING[name].rpartition("/")[0]])
        return None


def install():
    sys.meta_path.append(_EditableFinder)
"""


@dataclass(frozen=True)
class Kind:
    """A kind of project: its red tests, those that are neither red nor green, and the repair that makes all green."""

    name: str
    about: str
    reds: tuple[NodeId, ...]
    repair: dict[str, str]
    others: dict[NodeId, str] = field(default_factory=dict)
    editable: str | None = None

    def expected(self, run: Run, repaired: bool = False) -> dict[NodeId, Outcome]:
        """Return what the tests that `run` has results of should have come to."""
        known = {node: Outcome(outcome) for node, outcome in self.others.items()}
        reds = () if repaired else self.reds
        return {node: Outcome.FAILED if node in reds else known.get(node, Outcome.PASSED) for node in run.results}

    def patch(self, project: Project) -> Patch:
        """Return the repair."""
        path = self.repair["path"]
        before = (project.root / path).read_text()
        return Patch((project.edit(path, before.replace(self.repair["before"], self.repair["after"])),))


@functools.cache
def kinds() -> dict[str, Kind]:
    """Return all kinds by name."""
    found = {path.parent.name: tomllib.loads(path.read_text()) for path in sorted(_FIXTURES.glob("*/kind.toml"))}
    return {name: Kind(name=name, **{**told, "reds": tuple(told["reds"])}) for name, told in found.items()}


def copied(kind: Kind, directory: Path) -> Project:
    """Return a copy of the fixture in `directory`, committed, with an environment of its own where it is installed."""
    root = directory / "repository"
    shutil.copytree(_FIXTURES / kind.name / "repository", root)
    python = interpreter() if kind.editable is None else _installed(root, directory / "environment", kind.editable)
    project = Project(root, python=python)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "all")
    return project


def _installed(root: Path, place: Path, how: str) -> Interpreter:
    """Make an environment that sees ours, with `src` of the repository installed in it as build backends would."""
    venv.create(place, symlinks=True, with_pip=False)
    python = place / "bin" / "python"
    packages = place / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (packages / "ours.pth").write_text("".join(f"{sysconfig.get_path(kind)}\n" for kind in ("purelib", "platlib")))
    source = root / "src"
    name = sorted(path.name for path in source.iterdir())[0]
    information = packages / f"{name}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(_METADATA.format(name=name))
    script = place / "bin" / name
    script.write_text(_SCRIPT.format(python=python, name=name))
    script.chmod(0o755)
    if how == "pth":
        (packages / f"_{name}.pth").write_text(f"{source}\n")
    else:
        finder = f"__editable___{name}_1_0_finder"
        mapping = {path.name: str(path) for path in source.iterdir() if path.is_dir()}
        (packages / f"{finder}.py").write_text(_FINDER.format(mapping=mapping))
        (packages / f"__editable__.{name}-1.0.pth").write_text(f"import {finder}; {finder}.install()\n")
    return interpreter(str(python))
