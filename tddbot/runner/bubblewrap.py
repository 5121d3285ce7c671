"""The jail by bubblewrap, where it alone may make namespaces: the same root, with a copy of the repository."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from tddbot.errors import UnfitError
from tddbot.runner.copies import Copy, private_copy
from tddbot.runner.jail import Jail
from tddbot.runner.place import Place, environments_in, unprotected, written

REMEDY = "Install bubblewrap (`apt install bubblewrap`, `dnf install bubblewrap`)."

_GUEST = Path(__file__).parent / "guest"
_ALONE = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
_TO_LET_GO = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP")
_MOST_ARGUMENTS = 8500  # bubblewrap takes 9,000


@cache
def unfitness() -> str | None:
    """Say in a clause why bubblewrap makes no jail here, or None where it does."""
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is not installed"
    command = [program, *_namespaces(), "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--", "/bin/true"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        return None
    return "bubblewrap fails: " + (done.stderr.strip().splitlines() or ["it does not say why"])[-1]


@contextmanager
def bubblewrap(jail: Jail, job: bytes) -> Iterator[Place]:
    """Make a place for one job; raise UnfitError where bubblewrap does not work."""
    if reason := unfitness():
        raise UnfitError(f"no jail is possible here: {reason}", REMEDY)
    order = json.loads(job)
    kept = environments_in(jail)
    with private_copy(jail.root, [*order["masked"], *kept], order["protected"], (order["uid"], order["gid"])) as copy:
        order.update(confined=True, edits=unprotected(order))
        arguments = [*_namespaces(), *_system(order, copy), *_repository(order, copy, jail.root, kept)]
        arguments += ["--remount-ro", "/", "--chdir", "/", "--"]
        program = shutil.which("bwrap") or "bwrap"
        environment = jail.test_environment
        yield Place(json.dumps(order).encode("ascii"), (program, *arguments), environment, copy, own=written(order))


def _namespaces() -> tuple[str, ...]:
    """Root needs no user namespace, in which it would be root all the same to the host, but lets go of itself later."""
    identity = _TO_LET_GO if os.geteuid() == 0 else ("--unshare-user",)
    return (*identity, *_ALONE, "--hostname", "tddbot", "--die-with-parent")


def _system(order: dict[str, Any], copy: Copy) -> list[str]:
    """Everything but the repository; what hides a part of the host comes first, so that what is shown lies above it."""
    size = str(order["tmp_bytes"])
    arguments = ["--proc", "/proc", "--dev", "/dev"]
    for path in ("/dev/shm", "/tmp", "/var/tmp"):
        arguments += ["--perms", "1777", "--size", size, "--tmpfs", path]
    arguments += ["--remount-ro", "/dev", *_open_to_all(order["home"]), "--bind", str(copy.home), order["home"]]
    for link, goal in order["links"]:
        arguments += [*_open_to_all(os.path.dirname(link)), "--symlink", goal, link]
    for number, (path, text) in enumerate(order["files"]):
        source = copy.place / f"file-{number}"
        source.write_text(text, encoding="utf-8")
        arguments += [*_open_to_all(os.path.dirname(path)), "--ro-bind", str(source), path]
    for path in order["binds"]:
        if not path.startswith(order["root"] + "/"):
            arguments += [*_open_to_all(os.path.dirname(path)), "--ro-bind", path, path]
    return arguments


def _repository(order: dict[str, Any], copy: Copy, root: Path, kept: list[str]) -> list[str]:
    arguments = [*_open_to_all(str(root)), "--bind", str(copy.tree), str(root)]
    if not _GUEST.is_relative_to(root):
        arguments += ["--ro-bind", str(_GUEST), str(_GUEST)]
    for path in kept:
        arguments += ["--ro-bind", str(root / path), str(root / path)]
    arguments += _masks(order, copy, root)
    return arguments + _protection(order, copy, root, _MOST_ARGUMENTS - len(arguments))


def _open_to_all(path: str) -> list[str]:
    """Make a directory whose parents have the usual modes; else they would get those of what is bound."""
    return ["--perms", "0755", "--dir", path]


def _masks(order: dict[str, Any], copy: Copy, root: Path) -> list[str]:
    nothing, nowhere = copy.place / "nothing", copy.place / "nowhere"
    nothing.touch(0o444)
    nowhere.mkdir(0o555)
    arguments: list[str] = []
    for path in order["masked"]:
        empty = nowhere if (root / path).is_dir() else nothing
        if (copy.tree / path).parent.is_dir():
            arguments += ["--ro-bind", str(empty), str(root / path)]
    return arguments


def _protection(order: dict[str, Any], copy: Copy, root: Path, most: int) -> list[str]:
    """Bind what is protected read-only over itself; a directory above it is a mount, too, so that none can rename it.

    What is too much for one command is looked at when the run is over.
    """
    arguments: list[str] = []
    held: set[str] = set()
    for path in order["protected"]:
        if (copy.tree / path).is_symlink() or not (copy.tree / path).is_file():
            continue
        parts = path.split("/")
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
        for directory in above:
            if directory not in held:
                held.add(directory)
                arguments += ["--bind", str(copy.tree / directory), str(root / directory)]
        arguments += ["--ro-bind", str(copy.tree / path), str(root / path)]
        if len(arguments) > most - 300:
            break
    return arguments
