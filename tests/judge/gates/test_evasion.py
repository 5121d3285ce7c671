"""What keeps a check from finding anything is found."""

import pytest

from tddbot.domain import Edit, Patch
from tddbot.judge.gates.evasion import as_checked, evasions

CODE = Edit("a.py", "x = 1\n", "x = 2\n")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ruff", "ruff.toml"), ("ruff", "one/.ruff.toml"), ("mypy", "mypy.ini"), ("mypy", ".mypy.ini"),
        ("pyright", "one/pyrightconfig.json"),
    ],
)  # fmt: skip
def test_a_changed_configuration_is_a_finding_and_nobody_is_checked_by_it(name, path):
    patch = Patch((CODE, Edit(path, None, "")))
    assert [(each.path, each.code) for each in evasions(name, patch)] == [(path, "configuration")]
    assert as_checked(patch) == Patch((CODE,))
    others = {"ruff", "mypy", "pyright"} - {name}
    assert [finding for other in others for finding in evasions(other, patch)] == []


@pytest.mark.parametrize(
    ("name", "comment"),
    [
        ("ruff", "# ruff: noqa"), ("ruff", "#ruff:NOQA"), ("ruff", "# ruff: noqa: F401"), ("ruff", "# flake8: noqa"),
        ("mypy", "# mypy: ignore-errors"), ("mypy", "# mypy: disable-error-code=misc"), ("mypy", "# type: ignore"),
        ("pyright", "# pyright: basic"), ("pyright", "# pyright: reportCallIssue=false"), ("pyright", "# type: ignore"),
    ],
)  # fmt: skip
def test_a_file_taken_out_of_a_check_is_a_finding(name, comment):
    [finding] = evasions(name, Patch((Edit("a.py", "x = 1\n", f"{comment}\nx = 2\n"),)))
    assert (finding.path, finding.line) == ("a.py", 1)
    assert comment in finding.text


@pytest.mark.parametrize("name", ["ruff", "mypy", "pyright"])
@pytest.mark.parametrize(
    "line",
    ["x = 2  # noqa: E501", "x = f()  # type: ignore[misc]", "x = 2  # type: ignore", "x = 2  # pyright: ignore", ""],
)
def test_what_excuses_one_line_is_no_evasion(name, line):
    assert list(evasions(name, Patch((Edit("a.py", "x = 1\n", f"{line}\n"),)))) == []


def test_what_stood_there_before_is_the_users():
    text = "# ruff: noqa\n# mypy: ignore-errors\nx = {}\n"
    patch = Patch((Edit("a.py", text.format(1), text.format(2)),))
    assert [finding for name in ("ruff", "mypy") for finding in evasions(name, patch)] == []
