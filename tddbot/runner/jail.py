"""From a request to the job that the guest reads: what the jail shows, hides, protects, limits and runs."""

import base64
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tddbot.domain import NodeId, Patch
from tddbot.ports import RunRequest
from tddbot.protection import is_secret, protected_as
from tddbot.runner.interpreter import Interpreter
from tddbot.runner.settings import RunnerSettings
from tddbot.runner.visible import HOME, allow_list

NAME = "namespaces (user, mount, pid, net, ipc, uts, cgroup), allow-list root, overlay workspace, no capabilities"
_NOBODY = 65534
_MOST_PROTECTED = 400
_PASSED_ON = ("LANG", "LANGUAGE", "TZ")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which tests one process runs: node IDs (None: all), files to leave out, and pytest's root once it is known."""

    node_ids: tuple[NodeId, ...] | None
    ignored: tuple[str, ...] = ()
    rootdir: str | None = None
    inipath: str | None = None


def user_of(root: Path) -> tuple[int, int]:
    """Return user and group for the jail: ours, or as root the repository's owner, or else nobody's."""
    if os.geteuid() != 0:
        return os.getuid(), os.getgid()
    owner = root.stat()
    return (owner.st_uid or _NOBODY, owner.st_gid or _NOBODY) if owner.st_uid else (_NOBODY, _NOBODY)


@dataclass(frozen=True, slots=True)
class Jail:
    """What all jobs of a repository have in common."""

    root: Path
    interpreter: Interpreter
    settings: RunnerSettings
    environment: Mapping[str, str]

    def job(self, request: RunRequest, selection: Selection, files: Sequence[str]) -> bytes:
        """Return the job as one line of JSON; `files` are the repository's paths, for what to protect and to hide."""
        user, group = user_of(self.root)
        search = self._search_path()
        visible = allow_list(self.interpreter, self.root, (*search, *self.settings.readable), (user, group))
        megabyte = 1024 * 1024
        job: dict[str, Any] = {
            "root": str(self.root),
            "uid": user,
            "gid": group,
            "home": HOME,
            "binds": visible.binds,
            "links": visible.links,
            "files": visible.files,
            "masked": hidden_paths(self.root, files),
            "protected": protected_paths(files),
            "edits": [] if request.patch is None else _edits(request.patch),
            "tmp_bytes": self.settings.tmp_mb * megabyte,
            "limits": {
                "AS": self.settings.memory_mb * megabyte,
                "FSIZE": self.settings.tmp_mb * megabyte,
                "NOFILE": self.settings.open_files,
                "NPROC": self.settings.processes,
                "CORE": 0,
            },
            "pytest": self._order(request, selection, search),
        }
        return msgspec.json.encode(job)

    def _order(self, request: RunRequest, selection: Selection, search: tuple[str, ...]) -> dict[str, Any]:
        nodes = selection.node_ids
        return {
            "node_ids": nodes,
            "files": [] if nodes is None else list(dict.fromkeys(node.partition("::")[0] for node in nodes)),
            "ignored": selection.ignored,
            "rootdir": selection.rootdir,
            "inipath": selection.inipath,
            "detail": request.detail,
            "trace": request.trace,
            "cache": "/tmp/.pytest_cache",
            "path": [str(self.root), *search, *self.interpreter.path],
            "env": self._test_environment(),
        }

    def _search_path(self) -> tuple[str, ...]:
        entries = self.environment.get("PYTHONPATH", "").split(os.pathsep)
        return tuple(os.path.normpath(self.root / entry) for entry in entries if entry)

    def _test_environment(self) -> dict[str, str]:
        """What the tests see: built up from nothing, so that no key of the user's is in it."""
        outside = self.environment
        passed = {
            name: outside[name]
            for name in outside
            if name in _PASSED_ON or name.startswith("LC_") or name in self.settings.pass_env
        }
        binary = os.path.dirname(self.interpreter.executable)
        own = {
            "PATH": f"{binary}:/usr/local/bin:/usr/bin:/bin",
            "HOME": HOME,
            "USER": "tddbot",
            "LOGNAME": "tddbot",
            "TMPDIR": "/tmp",
            "TERM": "dumb",
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        return {"LANG": "C.UTF-8", **own, **passed, **self.settings.env}


def protected_paths(files: Sequence[str]) -> tuple[str, ...]:
    """Return the files to lay over a workspace, those that steer the test run first.

    Each costs a mount, so there is a most; what is beyond it is still refused in a patch.
    """
    steering = [path for path in files if protected_as(path) is not None and not is_secret(path)]
    code = [path for path in steering if path.endswith((".py", ".toml", ".ini", ".cfg", ".pth"))]
    return tuple(
        sorted(code, key=lambda path: (not path.endswith("conftest.py"), path.count("/"), path))[:_MOST_PROTECTED]
    )


def hidden_paths(root: Path, files: Sequence[str]) -> tuple[str, ...]:
    """Return what no test may see: git's directory, `.env` files, and other secret files that git ignores."""
    known = set(files)
    directories = {os.path.dirname(path) for path in files} | {""}
    found = [".git"]
    for directory in sorted(directories):
        try:
            names = os.listdir(root / directory)
        except OSError:
            continue
        for path in (os.path.join(directory, name) for name in names if is_secret(name)):
            if path not in known or os.path.basename(path).startswith(".env"):
                found.append(path)
    return tuple(found)


def _edits(patch: Patch) -> list[dict[str, Any]]:
    """Each file's new content, with a time stamp of its own long past: no compiled file can be taken for it."""
    edits = []
    for edit in patch.edits:
        content = edit.after_bytes()
        encoded = None if content is None else base64.b64encode(content).decode("ascii")
        stamp = 100_000_000 + zlib.crc32(content or b"") % 100_000_000
        edits.append({"path": edit.path, "content": encoded, "stamp": stamp})
    return edits
