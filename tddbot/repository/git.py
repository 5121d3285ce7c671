"""The only home of GitPython: runs git for one operation so that it changes nothing and runs nothing of the project's,
unless it is the user's own `git commit` that is asked for.

What the commands mean is said in the files beside this one.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tddbot.errors import UnfitError

# What a git command around us (a hook's, say) exports about *its* repository: `git rev-parse --local-env-vars` without
# the configuration, which may hold the user's safe.directory, and with GIT_ATTR_SOURCE of later versions.
_FOREIGN = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
# Without these GitPython believes the inherited ones when it looks whether a directory is a repository.
_MISLEADING = ("GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")

_ALWAYS = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
_CONFIG = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "core.safecrlf=false", "core.splitIndex=false")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one git command said: its exit status, stdout as bytes and stderr as text."""

    status: int
    out: bytes
    err: str


@dataclass(frozen=True, slots=True)
class Git:
    """Runs git commands in the directory `where`. Made by `session`, and of no use after it."""

    execute: Callable[..., tuple[int, bytes, str]]
    where: Path

    def ask(
        self,
        *arguments: str,
        env: Mapping[str, str | os.PathLike[str]] | None = None,
        config: tuple[str, ...] = (),
        stdin: bytes = b"",
        is_own: bool = False,
    ) -> Answer:
        """Run one command and return what it said, whatever its exit status.

        What `is_own` to the user runs with their settings, hooks and filters.
        """
        with tempfile.TemporaryFile() as source:
            source.write(stdin)
            source.seek(0)
            answer = self.execute(
                _command(self.where, arguments, env or {}, config, is_own),
                istream=source,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        return Answer(*answer)

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str | os.PathLike[str]] | None = None,
        config: tuple[str, ...] = (),
        stdin: bytes = b"",
        allowed: tuple[int, ...] = (0,),
        is_own: bool = False,
    ) -> bytes:
        """Run one command and return its stdout; raise UnfitError on an exit status that is not allowed."""
        answer = self.ask(*arguments, env=env, config=config, stdin=stdin, is_own=is_own)
        if answer.status not in allowed:
            raise UnfitError(f"git {arguments[0]} failed in {self.where}: {_said(answer)}", "Try `git status` there.")
        return answer.out


@contextmanager
def session(path: Path, make: bool = False) -> Iterator[Git]:
    """Open the repository that `path` lies in for one operation; `make` a new one there if that is asked for.

    Raise UnfitError where there is none, or no git.
    """
    if shutil.which("git") is None:
        raise UnfitError("git is not on PATH.", "Install git, version 2.34 or later.")
    try:
        from git import Git as GitCommand  # noqa: PLC0415 - costs 0.1 s
        from git import InvalidGitRepositoryError, NoSuchPathError, Repo  # noqa: PLC0415
    except ImportError as error:
        raise UnfitError(f"git does not start: {error}", "Try `git version`.") from error
    try:
        if make:  # Repo.init would obey an inherited GIT_DIR and expand variables in the path
            Git(GitCommand(path).execute, path).run("init", "--quiet")
        repo = Repo(path, search_parent_directories=not make, expand_vars=False)
    except (InvalidGitRepositoryError, NoSuchPathError) as error:
        raise _no_repository(path) from error
    with repo:
        yield Git(repo.git.execute, path)


def _command(
    where: Path,
    arguments: tuple[str, ...],
    env: Mapping[str, str | os.PathLike[str]],
    config: tuple[str, ...],
    is_own: bool,
) -> list[str]:
    # GitPython passes the whole of os.environ on and only adds to it; env(1) is what can take away.
    command = ["env"]
    for name in _FOREIGN:
        command += ["-u", name]
    command += [f"{name}={os.fspath(value)}" for name, value in {**({} if is_own else _ALWAYS), **env}.items()]
    command += ["git", "-C", str(where)]
    for setting in (*(() if is_own else _CONFIG), *config):
        command += ["-c", setting]
    return [*command, *arguments]


def _no_repository(path: Path) -> UnfitError:
    for name in _MISLEADING:
        if (value := os.environ.get(name)) is not None and not Path(value).is_dir():
            return UnfitError(f"{name} in the environment names {value}, which is no directory.", f"Unset {name}.")
    return UnfitError(f"{path} is not in a git repository.", "Start tddbot in one, or make one with `git init`.")


def _said(answer: Answer) -> str:
    lines = [line for line in answer.err.splitlines() if line and not line.startswith("hint:")]
    return lines[-1].removeprefix("fatal: ") if lines else f"exit status {answer.status}"
