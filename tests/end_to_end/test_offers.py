"""What is only offered, and what one more test decides, from `tddbot fix` to `tddbot apply`."""

import re
from pathlib import Path

import pytest

from tddbot.domain import Attempt, Dud, Edit, Evidence, Kind, Option, Patch, Question, Ruling, Usage, Verdict
from tddbot.repository.git_repository import GitRepository
from tddbot.store.sqlite_store import SqliteStore
from tests.end_to_end.project import Project

THEN = '''"""Labels."""


def label(text):
    return " ".join(text.split())
'''
NOW = '''"""Labels of goods."""


def label(text):
    joined = ""
    for piece in text.split(" "):
        joined += piece.lower() + " "
    return joined
'''
TESTS = "from label import label\n\n\ndef test_blanks():\n    assert label('A  b') == 'A b'\n"


def test_a_regression_has_its_change_taken_back_only_when_the_user_says_so(tmp_path: Path) -> None:
    project = Project.make(tmp_path, {"label.py": THEN, "tests/test_label.py": TESTS})
    assert project.run("fix").returncode == 0
    project.write({"label.py": NOW, "beside.py": "x = 1\n"})

    done = project.run("fix")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "a rollback is offered" in done.stdout
    assert "takes back the change of label.py:5-8 since the tests were green" in done.stdout
    assert "fixed" not in done.stdout
    assert project.read("label.py") == NOW
    [name] = re.findall(r"suggestion, not applied: `tddbot apply (\w+)` takes this change back", done.stdout)
    assert project.run("log").stdout.split()[:2] == [name, "offered"]
    assert f"patch {name}, offered," in project.run("show", name).stdout

    assert project.run("apply", name).returncode == 0
    assert project.read("label.py") == THEN.replace("Labels", "Labels of goods")
    assert project.read("beside.py") == "x = 1\n"
    assert project.run("fix").returncode == 0
    assert project.run("undo").returncode == 0
    assert project.read("label.py") == NOW


BEFORE = "x = 1\n"
WAYS = tuple(Patch((Edit("module.py", BEFORE, f"x = {number}\n"),)) for number in (2, 3))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.make(tmp_path, {"module.py": BEFORE, "tests/test_ok.py": "def test_ok():\n    assert True\n"})


def store(project: Project) -> SqliteStore:
    return SqliteStore.open(GitRepository.open(project.root).state)


def undecided(project: Project, test: str, call: str = "f(1)") -> None:
    options = tuple(Option(way, f"module.py:1, way {way.id}", test) for way in WAYS)
    asks = Dud("a tie", "offline", question=Question(options, call, "tests/test_ok.py"))
    with store(project) as opened:
        opened.record_attempt("target", Attempt(asks, None, Verdict(Ruling.DUD)))


def test_an_option_is_shown_with_the_test_that_decides_and_is_not_applied(project: Project) -> None:
    undecided(project, "with pytest.raises(ValueError):\n    f(1)")
    name, other = (way.id for way in WAYS)
    shown = project.run("show", name).stdout
    assert f"patch {name}, undecided," in shown
    assert shown.splitlines()[-5:] == [
        f"  what   module.py:1, way {name}",
        f"  or     {other}",
        "  if     with pytest.raises(ValueError):",
        "             f(1)",
        "  then   add this to tests/test_ok.py, and run `tddbot fix` again",
    ]
    done = project.run("apply", name)
    assert done.returncode == 2
    assert f"patch {name} is not applied: all tests pass with it, and with {other} as well" in done.stderr
    assert "one more test decides it" in done.stderr
    assert "add `with pytest.raises(ValueError): f(1)` to tests/test_ok.py, then run `tddbot fix` again" in done.stderr
    assert project.read("module.py") == BEFORE
    assert project.run("log").stdout == "No patch is in the store yet.\n"
    assert [line.split()[:2] for line in project.run("log", "--all").stdout.splitlines()] == [
        [other, "undecided"], [name, "undecided"],
    ]  # fmt: skip


def test_an_option_that_no_call_is_known_for_asks_for_a_test(project: Project) -> None:
    undecided(project, "", "")
    name = WAYS[0].id
    assert "add a test that only this one passes to tests/test_ok.py" in project.run("show", name).stdout
    assert "add a test that only it passes to tests/test_ok.py" in project.run("apply", name).stderr


def test_a_candidate_that_was_never_proven_is_not_applied(project: Project) -> None:
    with store(project) as opened:
        opened.save_patch(WAYS[0], "a try")
    done = project.run("apply", WAYS[0].id)
    assert done.returncode == 2
    assert "was never proven" in done.stderr


@pytest.mark.parametrize(
    ("kind", "claim"), [(Kind.SCAFFOLD, "kind   scaffolded: "), (Kind.ROLLBACK, "kind   a suggestion: ")]
)
def test_an_offer_is_applied_and_undone_as_any_patch(project: Project, kind: Kind, claim: str) -> None:
    made = WAYS[0]
    evidence = Evidence(
        made.id, ("t",), "a cause", "tree", (), 1, 1, "namespaces", "offline", "note", Usage(), 1.0, (), kind
    )  # fmt: skip
    with store(project) as opened:
        opened.save_patch(made, "note")
        opened.record_evidence(evidence)
    shown = project.run("show", made.id).stdout
    assert f"patch {made.id}, offered," in shown
    assert claim in shown
    assert "\n  won" not in shown
    assert project.run("log").stdout.split()[1] == "offered"
    assert '"state":"offered"' in project.run("log", "--json").stdout
    assert project.run("apply", made.id).returncode == 0
    assert (project.read("module.py"), project.run("log").stdout.split()[1]) == ("x = 2\n", "applied")
    assert project.run("undo").returncode == 0
    assert (project.read("module.py"), project.run("log").stdout.split()[1]) == (BEFORE, "undone")
