"""What of the host a jail shows: an allow-list of paths at their own places, symbolic links, and a made-up /etc."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tddbot.errors import UsageError
from tddbot.runner.interpreter import Interpreter

HOME = "/home/tddbot"

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
_ETC = (
    "alternatives", "ca-certificates", "debian_version", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
    "localtime", "mime.types", "os-release", "pki/tls/certs", "protocols", "services", "ssl/certs", "ssl/openssl.cnf",
    "timezone",
)  # fmt: skip
_OF_A_PREFIX = ("bin", "lib", "lib64", "include", "share", "pyvenv.cfg")


@dataclass(frozen=True, slots=True)
class Visible:
    """Absolute paths to bind read-only, links to make (path, goal) and files to write (path, text)."""

    binds: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]


def allow_list(
    interpreter: Interpreter, root: Path, search: Iterable[str], readable: Iterable[str], user: tuple[int, int]
) -> Visible:
    """Return what tests of the repository at `root` need; `user` is the numeric user and group of the jail.

    `search` are the user's PYTHONPATH, `readable` what the settings add: raise UsageError where one of these would show
    the repository or somebody's home as a whole.
    """
    homes = {str(Path.home()), os.path.realpath(Path.home()), str(root)}
    links: dict[str, str] = {}
    real: set[str] = set()
    system = (*_SYSTEM, *(f"/etc/{name}" for name in _ETC))
    for path in (*system, *_of(interpreter, root, homes), *_elsewhere(search, root, homes), *_asked(readable, homes)):
        if os.path.exists(path):
            real.add(_follow(path, links))
    _follow(interpreter.executable, links)
    binds = sorted(path for path in real if not _covered(path, real, str(root)))
    return Visible(tuple(binds), tuple(links.items()), _identity_files(*user))


def _of(interpreter: Interpreter, root: Path, homes: set[str]) -> Iterator[str]:
    """The interpreter's own places; a prefix that holds somebody's home is taken in parts."""
    for prefix in interpreter.prefixes:
        if _holds_any(prefix, homes):
            yield from (f"{prefix.rstrip('/')}/{name}" for name in _OF_A_PREFIX)
        else:
            yield prefix
    yield from _elsewhere((*interpreter.path, *interpreter.extra), root, homes)


def _elsewhere(paths: Iterable[str], root: Path, homes: set[str]) -> Iterator[str]:
    """Those that are not the repository's own, which the workspace shows, and hold nobody's home."""
    for path in paths:
        if not f"{os.path.realpath(path)}/".startswith(f"{root}/") and not _holds_any(path, homes):
            yield path


def _asked(readable: Iterable[str], homes: set[str]) -> Iterator[str]:
    for path in readable:
        if not os.path.isabs(path) or _holds_any(os.path.normpath(path), homes):
            raise UsageError(
                f"tool.tddbot.runner.readable names {path}, which is not absolute or holds a home or the repository",
                "Name the directories in it that the tests read.",
            )
        yield os.path.normpath(path)


def _holds_any(path: str, others: Iterable[str]) -> bool:
    return any(other == path or other.startswith(path.rstrip("/") + "/") for other in others)


def _covered(path: str, others: set[str], root: str) -> bool:
    """Whether another bind shows `path` already; the repository lies over what is below it, so that does not count."""
    parents = {str(parent) for parent in Path(path).parents}
    covering = parents & others
    if path == root or path.startswith(root + "/"):
        return any(other.startswith(root + "/") for other in covering)
    return bool(covering)


def _follow(path: str, links: dict[str, str]) -> str:
    """Return where `path` really lies, and note every symbolic link on the way."""
    done, todo = "/", [part for part in path.split("/") if part]
    for _ in range(1000):
        if not todo:
            break
        part = todo.pop(0)
        if part in (".", ".."):
            done = os.path.dirname(done) if part == ".." else done
            continue
        step = os.path.join(done, part)
        if os.path.islink(step):
            goal = os.readlink(step)
            links[step] = goal
            todo[:0] = [piece for piece in goal.split("/") if piece]
            done = "/" if goal.startswith("/") else done
        else:
            done = step
    return done


def _identity_files(user: int, group: int) -> tuple[tuple[str, str], ...]:
    """Files that programs look a user, a group or a host name up in."""
    people = f"root:x:0:0:root:/:/bin/sh\ntddbot:x:{user}:{group}:tddbot:{HOME}:/bin/sh\n"
    return (
        ("/etc/passwd", people),
        ("/etc/group", f"root:x:0:\ntddbot:x:{group}:\n"),
        ("/etc/hosts", "127.0.0.1 localhost tddbot\n::1 localhost tddbot\n"),
        ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
        ("/etc/machine-id", ""),
    )
