"""Which paths no patch may touch (rule 2 of the design): one definition, enforced in three places.

The judge's guard refuses such a patch, the runner lays the originals over its workspace, and the repository stage
looks once more before it writes.
"""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

_TEST_DIRECTORIES = frozenset({"test", "tests"})
_TEST_FILES = ("test_*.py", "*_test.py", "tests.py", "test.py", "conftest.py")
_CONFIGURATION = frozenset(
    {
        "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "pyproject.toml", "tox.ini", "tox.toml",
        "setup.cfg", ".coveragerc", ".coveragerc.toml", "noxfile.py", "setup.py", "sitecustomize.py",
        "usercustomize.py", ".gitattributes", ".gitmodules", ".gitignore", ".pre-commit-config.yaml", "tddbot.toml",
        "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml", "pyrightconfig.json", "hatch.toml", "pixi.toml",
        ".gitlab-ci.yml", ".travis.yml", "appveyor.yml", ".appveyor.yml", "azure-pipelines.yml", ".cirrus.yml",
        "bitbucket-pipelines.yml", "jenkinsfile", ".drone.yml", ".woodpecker.yml",
    }
)  # fmt: skip
_TOOL_DIRECTORIES = frozenset(
    {
        ".git", ".hg", ".github", ".gitlab", ".circleci", ".husky", ".githooks", "githooks", ".tddbot", ".venv",
        "site-packages", ".buildkite", ".gitea", ".forgejo", ".woodpecker",
    }
)  # fmt: skip
_METADATA = (".dist-info", ".egg-info")
_TEST_RUNNER = frozenset({"pytest", "_pytest", "pluggy", "pytest.py", "pluggy.py"})
_SECRET_FILES = (".env", ".env.*", ".envrc", "*.pem", "*.key", "id_rsa*", "id_ed25519*", ".netrc", ".pypirc", ".npmrc")


def path_fault(path: str) -> str | None:
    """Say why `path` is no plain path inside a repository, or None where it is one."""
    if not path or "\0" in path:
        return "is empty or holds a NUL byte"
    if path.startswith("/") or re.match(r"^[A-Za-z]:", path) or "\\" in path:
        return "is not a relative POSIX path"
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return "leaves the repository or is not normal"
    return None


def protected_as(path: str, extra: Iterable[str] = ()) -> str | None:
    """Say as what `path` is protected ("a test", "configuration", …), or None where a patch may touch it.

    `extra` are fnmatch patterns over the whole path, from the project's configuration. Names are compared without
    regard to case, since some file systems do so.
    """
    if fault := path_fault(path):
        return f"a path that {fault}"
    pure = PurePosixPath(path.lower())
    if _TOOL_DIRECTORIES.intersection(pure.parts):
        return "a tool's own directory"
    if pure.parts[0] in _TEST_RUNNER or any(part.endswith(_METADATA) for part in pure.parts):
        return "what pytest or one of its plugins would be loaded from"
    if is_test(path):
        return "a test"
    if pure.name in _CONFIGURATION or pure.suffix == ".pth":
        return "configuration of the test run"
    if is_secret(path):
        return "a file of secrets"
    if any(fnmatchcase(path.lower(), pattern.lower()) for pattern in extra):
        return "protected by this project"
    return None


def is_test(path: str) -> bool:
    """Whether `path` is a test, a conftest, or lies in a directory of tests."""
    pure = PurePosixPath(path.lower())
    return bool(_TEST_DIRECTORIES.intersection(pure.parts[:-1])) or any(
        fnmatchcase(pure.name, pattern) for pattern in _TEST_FILES
    )


def is_secret(path: str) -> bool:
    """Whether `path` is a file that by its name holds keys or passwords, and so is never shown nor seen in a jail."""
    name = PurePosixPath(path.lower()).name
    return any(fnmatchcase(name, pattern) for pattern in _SECRET_FILES) and not name.endswith(
        (".example", ".sample", ".py")
    )
