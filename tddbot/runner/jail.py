"""From a request to the job that the guest reads: what the jail shows, hides, protects, limits and runs."""

import base64
import json
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tddbot.domain import Edit, NodeId, Patch
from tddbot.ports import RunRequest
from tddbot.protection import path_fault, protected_as
from tddbot.runner.carrier import CARRIER, carrier_files
from tddbot.runner.interpreter import Interpreter
from tddbot.runner.records import Session
from tddbot.runner.settings import RunnerSettings
from tddbot.runner.visible import HOME, Visible, allow_list
from tddbot.runner.zygote import HASH_SEED

NAME = "namespaces (user, mount, pid, net, ipc, uts, cgroup), allow-list root, overlay workspace, no capabilities"
_NOBODY = 65534
_PASSED_ON = frozenset(
    {
        "LANG", "LANGUAGE", "TZ", "LC_ADDRESS", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_IDENTIFICATION",
        "LC_MEASUREMENT", "LC_MESSAGES", "LC_MONETARY", "LC_NAME", "LC_NUMERIC", "LC_PAPER", "LC_TELEPHONE", "LC_TIME",
    }
)  # fmt: skip
"""By name: ssh hands on whatever begins with `LC_`, which people use to carry other things along."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which tests one process runs: node IDs (None: all), and files to leave out; `spread` as the project asks for.

    Where it is `watched`, what tests assert with is looked at, these modules among it.
    """

    node_ids: tuple[NodeId, ...] | None
    ignored: tuple[str, ...] = ()
    spread: bool = False
    watched: tuple[str, ...] | None = None


def user_of(root: Path) -> tuple[int, int]:
    """Return user and group for the jail: ours, or as root the repository's owner, or else nobody's."""
    if os.geteuid() != 0:
        return os.getuid(), os.getgid()
    owner = root.stat()
    return (owner.st_uid or _NOBODY, owner.st_gid or _NOBODY) if owner.st_uid else (_NOBODY, _NOBODY)


def order_seed(seed: int | None) -> int | None:
    """The seed that the order of tests gets for that of a run: one that numpy takes as well, and its neighbours."""
    return None if seed is None else seed % 2**31 or 1


@dataclass(frozen=True)
class Jail:
    """What all jobs of a repository have in common; what it says of the host is as of its making."""

    root: Path
    interpreter: Interpreter
    settings: RunnerSettings
    environment: Mapping[str, str]

    @property
    def python(self) -> tuple[str, ...]:
        """The project's Python and what is on its path when it starts outside of the jail."""
        return (self.interpreter.executable, *self.interpreter.startup_path(self.root))

    @cached_property
    def visible(self) -> Visible:
        """What of the host the jail shows."""
        return allow_list(self.interpreter, self.root, self._search_path, self.settings.readable, user_of(self.root))

    def job(
        self,
        request: RunRequest,
        selection: Selection,
        session: Session | None,
        layout: Mapping[str, Sequence[str]],
        cgroup: Path | None = None,
    ) -> bytes:
        """Return the job as JSON; `layout` says which of the repository's paths are protected, masked and foreign.

        `session` is what pytest said of its root when it ran all tests, where that is known.
        """
        user, group = user_of(self.root)
        visible = self.visible
        megabyte = 1024 * 1024
        job: dict[str, Any] = {
            "root": str(self.root),
            "root_id": self.root.stat().st_ino,
            "uid": user,
            "gid": group,
            "home": HOME,
            "binds": visible.binds,
            "links": visible.links,
            "files": (*visible.files, *(carrier_files() if selection.spread else ())),
            "masked": layout["masked"],
            "protected": layout["protected"],
            "foreign": layout["foreign"] if os.geteuid() else (),
            "edits": [] if request.patch is None else self._edits(request.patch, request.protected),
            "tmp_bytes": self.settings.tmp_mb * megabyte,
            "limits": self.settings.rlimits(),
            "cgroup": None if cgroup is None else str(cgroup),
            "pytest": self._order(request, selection, session),
        }
        return json.dumps(job).encode("ascii")  # a path may be no text, which ASCII has a way to write

    def _edits(self, patch: Patch, protected: tuple[str, ...]) -> list[dict[str, Any]]:
        """What the jail writes: nothing of what is protected, be it there already or not; an environment rejects it."""
        environments = tuple(f"{prefix}/" for prefix in self.interpreter.prefixes)

        def is_open(path: str) -> bool:
            is_rejected = path_fault(path) is not None or f"{self.root}/{path}".startswith(environments)
            return is_rejected or protected_as(path, protected) is None

        return [_written(edit) for edit in patch.edits if is_open(edit.path)]

    def _order(self, request: RunRequest, selection: Selection, session: Session | None) -> dict[str, Any]:
        return {
            "node_ids": selection.node_ids,
            "ignored": selection.ignored,
            "rootdir": session.rootdir if session else None,
            "inipath": session.inipath if session else None,
            "detail": request.detail,
            "trace": request.trace,
            "cache": "/tmp/.pytest_cache",
            "path": [str(self.root), *self._search_path, *self.interpreter.path],
            "env": {**self.test_environment, **self.seeding(request.seed)},
            "seed": order_seed(request.seed),
            "modules": request.patch is None and request.node_ids is None,
            "spread": CARRIER if selection.spread else None,
            "watch": selection.watched,
        }

    def hash_seed(self, seed: int | None) -> int | None:
        """The seed that Python's hashes get for that of a run: none where the user has fixed it."""
        is_fixed = self.test_environment.get(HASH_SEED, "").isdecimal()
        return None if seed is None or is_fixed else seed % 2**32

    def seeding(self, seed: int | None) -> dict[str, str]:
        """What the environment of a run has besides: its tests hand the seed on to the processes that they start."""
        own = self.hash_seed(seed)
        return {} if own is None else {HASH_SEED: str(own)}

    @property
    def tool_path(self) -> tuple[str, ...]:
        """What is on the path of a tool: what tests have, but the repository's own code last."""
        outside = self.interpreter.startup_path(self.root)
        return tuple(dict.fromkeys((*outside, *self.interpreter.path, *self._search_path)))

    @cached_property
    def _search_path(self) -> tuple[str, ...]:
        entries = self.environment.get("PYTHONPATH", "").split(os.pathsep)
        return tuple(os.path.normpath(self.root / entry) for entry in entries if entry)

    @cached_property
    def test_environment(self) -> dict[str, str]:
        """What the tests see: built up from nothing, so that no key of the user's is in it."""
        outside = self.environment
        passed = {name: outside[name] for name in outside if name in _PASSED_ON or name in self.settings.pass_env}
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
        if self._search_path:
            own["PYTHONPATH"] = os.pathsep.join(self._search_path)
        return {"LANG": "C.UTF-8", **own, **passed, **self.settings.env}


def _written(edit: Edit) -> dict[str, Any]:
    """A file's new content, with a time stamp of its own long past: no compiled file can be taken for it."""
    content = edit.after_bytes()
    encoded = None if content is None else base64.b64encode(content).decode("ascii")
    stamp = 100_000_000 + zlib.crc32(content or b"") % 100_000_000
    return {"path": edit.path, "content": encoded, "stamp": stamp}
