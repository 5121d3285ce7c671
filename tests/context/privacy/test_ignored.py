import subprocess
from pathlib import Path

import pytest

from tddbot.context.privacy.ignored import NAMES, hidden, though_used, visible
from tddbot.domain import Failure, Frame, Outcome, Result, Run, Target
from tddbot.repository.git_repository import GitRepository

FILES = (
    "a.py", "keep.log", "build/keep.log", "build/x.py", "docs/a.py", "src/a.py", "src/b.txt", "src/build/keep.log",
    "src/deep/er/a.py", "src/deep/er/secret.py", "src/deep/secret.py", "src/[odd] name/a.py", "ünï/a.py",
)  # fmt: skip
PATTERNS = {
    "a name at any depth": {"": "secret.py\n"},
    "anchored": {"": "/a.py\n/src/b.txt\n"},
    "anchored by its slash": {"": "deep/secret.py\nsrc/deep/secret.py\n"},
    "a directory": {"": "build/\na.py/\n"},
    "nothing comes back from an ignored directory": {"": "build\n!keep.log\n"},
    "a directory's content does": {"": "build/**\n!build/keep.log\n"},
    "all but": {"": "*\n!*/\n!*.py\n"},
    "all but one directory": {"": "/*\n!/src/\n"},
    "a directory that comes back is no word on its files": {"": "*.txt\n!src\n"},
    "two stars": {"": "**/deep/**/secret.py\nsrc/**/keep.log\n"},
    "two stars for directories": {"": "src/**/\n"},
    "comments, blanks, escapes, classes": {"": "# a.py\n\n\\#x\nsecret.py   \nkeep.[l-m]og\nsrc/\\[odd\\]\\ name/\n"},
    "Windows line ends": {"": "docs/\r\n*.log\r\n"},
    "of a directory": {"src": "/a.py\ndeep/\n*.log\n"},
    "of a directory with an odd name": {"src/[odd] name": "*.py\n"},
    "the deeper one is later": {"": "*.py\n", "src": "!a.py\n", "src/deep": "a.py\n"},
    "the upper one is not asked for what the deeper one lets through": {"": "deep/\n", "src/deep": "!secret.py\n"},
    "faulty patterns": {"": "!\n/\n[\n***\na[\n\\\nsecret.py\n"},
    "no ASCII": {"": "ünï\n"},
}


def reader(root: Path):
    return lambda path: (root / path).read_bytes() if (root / path).is_file() else None


def write(root: Path, contents: dict[str, str]) -> None:
    for path, text in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", PATTERNS)
def test_what_git_would_ignore_by_these_patterns_is_hidden(tmp_path, name, case):
    write(tmp_path, dict.fromkeys(FILES, ""))
    write(tmp_path, {f"{directory}/{name}".lstrip("/"): text for directory, text in PATTERNS[case].items()})
    git(tmp_path, "init", "-q")
    shown = git(tmp_path, "ls-files", "-z", "-o", f"--exclude-per-directory={name}").split("\0")
    assert visible(FILES, reader(tmp_path)) == tuple(path for path in FILES if path in shown)


def test_what_one_ignore_file_hides_no_other_brings_back(tmp_path):
    write(tmp_path, {".aiexclude": "a.py\n", ".cursorignore": "!a.py\nb.py\n"})
    assert hidden(("a.py", "b.py", "c.py"), reader(tmp_path)) == {"a.py", "b.py"}


def test_without_ignore_files_all_is_shown():
    assert visible(FILES, lambda path: None) == FILES


def test_what_is_hidden_although_the_red_tests_use_it_is_said():
    failure = Failure("call", "E", "", (Frame("b.py", 1, "f"),))
    result = Result("t.py::a", Outcome.FAILED, failure=failure)
    run = Run("tree", {result.node_id: result}, coverage={"t.py::a": {"a.py": frozenset({1})}})
    target = Target("a cause", (result,))
    said = "a.py, b.py are kept from models by an ignore file, although the red tests use it"
    assert though_used({"b.py", "a.py", "c.py"}, target, run) == said
    assert though_used({"t.py"}, target, run).startswith("t.py is kept from models")
    assert though_used({"c.py"}, target, run) == ""


def test_an_ignore_file_of_any_bytes():
    assert hidden(("a.py", "b.py"), lambda path: b"\xef\xbb\xbfa.py\n\xff\xfe\0\n") == {"a.py"}


def test_what_git_ignores_is_not_listed_but_what_it_tracks_is(tmp_path):
    write(tmp_path, {".gitignore": "*.log\nlocal/\n", "a.log": "", "tracked.log": "", "local/x.py": "", "x.py": ""})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-f", "tracked.log", ".gitignore")
    repository = GitRepository.open(tmp_path)
    assert visible(repository.files(), repository.read) == (".gitignore", "tracked.log", "x.py")


def test_an_ignore_file_that_git_ignores_is_honoured(tmp_path):
    write(tmp_path, {".gitignore": ".cursorignore\n", ".cursorignore": "own.py\n", "own.py": "", "x.py": ""})
    git(tmp_path, "init", "-q")
    repository = GitRepository.open(tmp_path)
    assert visible(repository.files(), repository.read) == (".gitignore", "x.py")
