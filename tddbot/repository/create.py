"""A new repository with everything that lies in a directory committed: for the demonstration and the benchmarks."""

from pathlib import Path

from tddbot.repository.git import session

_NOBODY = {
    "GIT_AUTHOR_NAME": "tddbot",
    "GIT_AUTHOR_EMAIL": "tddbot@example.invalid",
    "GIT_COMMITTER_NAME": "tddbot",
    "GIT_COMMITTER_EMAIL": "tddbot@example.invalid",
}


def create(path: Path, message: str) -> None:
    """Make `path` a git repository and commit all that lies in it. Raise UnfitError where git cannot."""
    with session(path, make=True) as git:
        git.run("add", "-A")
        git.run("commit", "-q", "--no-gpg-sign", "-m", message, env=_NOBODY)
