"""The backends that the conformance suite is run on, and what each of them cannot hold: named there, or tested."""

import functools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tddbot.runner import bubblewrap
from tddbot.runner.guest import landlock
from tddbot.runner.interpreter import Interpreter, ask
from tddbot.runner.settings import RunnerSettings
from tests.runner.tools import Project, WarmProject, interpreter

Backend = Callable[[Path, RunnerSettings, dict[str, str]], Project]

_NOBODY = 65534


def _bubblewrap(root: Path, settings: RunnerSettings, environment: dict[str, str]) -> Project:
    if reason := bubblewrap.unfitness():
        pytest.skip(reason)
    return Project(root, replace(settings, jail="bubblewrap"), environment)


def _landlock(root: Path, settings: RunnerSettings, environment: dict[str, str]) -> Project:
    require_landlock()
    return Project(root, replace(settings, jail="landlock"), environment, python=python_for_anybody())


def require_landlock() -> None:
    """Skip where the kernel cannot keep signals among those that are locked together."""
    try:
        version = landlock.version()
    except OSError as error:
        pytest.skip(f"no Landlock here: {error}")
    if version < 6:
        pytest.skip(f"Landlock has ABI {version} here, and 6 is needed")


@functools.cache
def python_for_anybody() -> Interpreter:
    """A Python with pytest that the tests' user can read where it lies; for root, the tests' user is somebody else."""
    own = interpreter()
    if os.geteuid() != 0 or _is_open(*own.prefixes, *own.path):
        return own
    system = ask(Path("/usr/bin/python3"))
    packages = [path for path in own.path if path.endswith("site-packages")]
    if isinstance(system, str) or not _is_open(*packages, *system.prefixes):
        pytest.skip("as root, this jail needs a Python with pytest that everybody can read")
    return replace(system, pytest=own.pytest, path=(*packages, *system.path))  # whatever Debian has of its own


def _is_open(*paths: str) -> bool:
    """Whether everybody may get to these paths."""
    places = [place for path in paths if os.path.exists(path) for place in (Path(path), *Path(path).parents)]
    return all(place.stat().st_mode & 0o005 == 0o005 for place in places if place.is_dir())


BACKENDS: dict[str, Backend] = {
    "namespaces": Project,
    "namespaces, warm": WarmProject,
    "bubblewrap": _bubblewrap,
    "landlock": _landlock,
}

_SEEN = "files and processes outside can be seen to exist, though neither read nor written"
_NOT_ROOT = "an ordinary user cannot empty the bounding set nor mount; no_new_privs makes set-uid programs worthless"
_OPEN = "what is protected in the copy can be changed, and then the run counts for nothing, as another test here shows"
_DISK = "the copy of the repository lies on disk, and the file systems in memory are bounded each by itself"
_HOST = "the names in the host's own network and shared memory can be seen"

CANNOT: dict[str, dict[str, str]] = {
    "bubblewrap": {
        "test_43_disks_in_memory_are_small": _DISK,
        "test_49_where_the_hosts_proc_is_masked_none_is_shown": "bubblewrap refuses then by itself, in its own words",
    },
    "landlock": {
        "test_01_keys_of_the_user": _SEEN,
        "test_04_numbers_of_processes": _SEEN,
        "test_05_masked": "the copy has neither `.git` nor secret files",
        "test_08_interfaces": _HOST,
        "test_09_names_of_sockets": _HOST,
        "test_10_sockets_of_services": _SEEN,
        "test_16_capabilities": _NOT_ROOT,
        "test_16_a_set_uid_program_gains_nothing": _NOT_ROOT,
        "test_21_a_terminal_of_ones_own": "there are no pseudo-terminals",
        "test_23_devices_and_groups": _SEEN,
        "test_25_names_of_shared_memory": _HOST,
        "test_26_git_hooks": "the copy has neither `.git` nor secret files",
        "test_27_protected_files": _OPEN,
        "test_28_rename_of_tests": _OPEN,
        "test_43_disks_in_memory_are_small": _DISK,
        "test_47_two_candidates_bind_one_port": "there are no sockets",
        "test_49_where_the_hosts_proc_is_masked_none_is_shown": "the host's own /proc is there, of which next to "
        "nothing can be read",
    },
}
"""What is said in `Backend.lacks`, test by test."""
