"""A user's project in a repository of its own, and tddbot's command run in it as a user would."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PYPROJECT = '[tool.pytest.ini_options]\npythonpath = ["."]\n\n[tool.tddbot]\npython = "{python}"\n'


@dataclass(frozen=True)
class Project:
    root: Path
    home: Path

    @classmethod
    def make(
        cls, directory: Path, files: Mapping[str, str | bytes], settings: str = "", name: str = "project"
    ) -> "Project":
        """Make a committed repository of `files`; a pyproject.toml with tddbot's own Python comes with it."""
        project = cls(directory / name, directory / "home")
        project.root.mkdir(parents=True)
        project.home.mkdir(exist_ok=True)
        project.write({"pyproject.toml": _PYPROJECT.format(python=sys.executable) + settings, **files})
        project.git("init", "-q", "-b", "main")
        project.git("add", "-A")
        project.git("commit", "-q", "-m", "start")
        return project

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.environment(), check=True, capture_output=True, text=True
        )
        return done.stdout

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """An environment without a key, a proxy or anybody's git configuration."""
        person = {
            f"GIT_{who}_{what}": "somebody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", **person, **(more or {})}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tddbot", *arguments]

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments),
            cwd=self.root,
            env=self.environment(env),
            capture_output=True,
            text=True,
            timeout=180,
        )

    def events(self, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, list[dict[str, Any]]]:
        """Run with --json; return the exit code and the events."""
        done = self.run(*arguments, "--json", env=env)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def digest(self) -> str:
        """A digest of every byte and mode below the root, `.git` included but for tddbot's own directory."""
        whole = hashlib.sha256()
        for directory, names, files in os.walk(self.root):
            names.sort()
            if Path(directory) == self.root / ".git" and "tddbot" in names:
                names.remove("tddbot")
            for name in sorted(files):
                path = Path(directory, name)
                whole.update(f"{path}\0{path.lstat().st_mode}\0".encode("utf-8", "surrogateescape"))
                whole.update(os.readlink(path).encode() if path.is_symlink() else path.read_bytes())
        return whole.hexdigest()


def last(events: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The last event of this name."""
    return next(event for event in reversed(events) if event["event"] == name)
