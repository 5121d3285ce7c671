"""Which checks a project configures for a file, nearest first, and how they are asked."""

from collections.abc import Mapping

import pytest

from tddbot.judge.gates.gates import Check, checks

RUFF, MYPY, PYRIGHT = "[tool.ruff]\n", "[tool.mypy]\nstrict = true\n", "[tool.pyright]\n"


def asked(files: Mapping[str, str], *paths: str, modes: Mapping[str, str] | None = None) -> tuple[Check, ...]:
    read = {path: text.encode() for path, text in files.items()}.get
    return checks(paths or ("pkg/a.py",), read, modes or {})


def names(files: Mapping[str, str], *paths: str, modes: Mapping[str, str] | None = None) -> list[str]:
    return [check.name for check in asked(files, *paths, modes=modes)]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, []),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, []),
        ({"pyproject.toml": RUFF + MYPY + PYRIGHT}, ["ruff", "mypy", "pyright"]),
        ({"pyproject.toml": "[tool.ruff.lint]\nselect = ['E']\n"}, ["ruff"]),
        ({"ruff.toml": ""}, ["ruff"]),
        ({".ruff.toml": ""}, ["ruff"]),
        ({"pkg/ruff.toml": ""}, ["ruff"]),
        ({"other/ruff.toml": ""}, []),
        ({"mypy.ini": "[mypy]\n"}, ["mypy"]),
        ({".mypy.ini": ""}, ["mypy"]),
        ({"setup.cfg": "[mypy]\nstrict = True\n"}, ["mypy"]),
        ({"setup.cfg": "[metadata]\nname = a\n[mypy-numpy]\nx = %(y\n"}, []),
        ({"setup.cfg": "no section\n"}, []),
        ({"pyrightconfig.json": "{}"}, ["pyright"]),
        ({"pyproject.toml": "[tool.basedpyright]\n"}, ["pyright"]),
        ({"pyproject.toml": "[tool.ruff\n"}, []),
        ({"pyproject.toml": "tool = 3\n"}, []),
    ],
)
def test_what_a_project_configures(files, found):
    assert names(files) == found


def test_a_configuration_that_is_no_text_configures_nothing():
    assert checks(("a.py",), {"pyproject.toml": b"\xff\xfe", "setup.cfg": b"\xff"}.get, {}) == ()


def test_what_is_switched_off_is_not_asked():
    files = {"pyproject.toml": RUFF + MYPY + PYRIGHT}
    assert names(files, modes={"ruff": "off", "mypy": "veto", "pyright": "warn"}) == ["mypy", "pyright"]


def test_only_files_of_python_are_looked_at():
    assert asked({"ruff.toml": ""}, "a.txt", "b.json", "c") == ()
    [check] = asked({"ruff.toml": ""}, "a.txt", "b.pyi", "c/d.py")
    assert check.files == ("b.pyi", "c/d.py")


@pytest.mark.parametrize("path", ["--fix.py", "-x.py", "@args.py", "--config=evil.py"])
def test_no_name_of_a_file_is_read_as_an_option(path):
    files = {"pyproject.toml": RUFF + MYPY + PYRIGHT}
    assert asked(files, path) == ()
    assert all(check.files == ("a.py",) for check in asked(files, path, "a.py"))


def test_ruff_is_asked_once_and_finds_the_nearest_configuration_itself():
    files = {"ruff.toml": "", "one/pyproject.toml": RUFF}
    [check] = asked(files, "a.py", "one/b.py")
    assert check.files == ("a.py", "one/b.py")
    assert check.arguments[-3:] == ("--", "a.py", "one/b.py")


def test_mypy_is_asked_once_a_configuration_the_nearest_one_that_has_a_section():
    files = {
        "pyproject.toml": MYPY,
        "one/pyproject.toml": RUFF,
        "two/setup.cfg": "[mypy]\n",
        "two/src/mypy.ini": "",
    }
    found = asked(files, "one/a.py", "two/b.py", "two/src/c.py", "two/src/d.py", modes={"ruff": "off"})
    places = {check.files: [each for each in check.options if each.startswith("--config-file=")] for check in found}
    assert places == {
        ("one/a.py",): ["--config-file=pyproject.toml"],
        ("two/b.py",): ["--config-file=two/setup.cfg"],
        ("two/src/c.py", "two/src/d.py"): ["--config-file=two/src/mypy.ini"],
    }


@pytest.mark.parametrize("exclude", ["'^pkg/'", "['other', '^pkg/']"])
def test_what_mypy_is_told_to_leave_out_is_left_out_though_it_is_named(exclude):
    files = {"pyproject.toml": f"[tool.mypy]\nexclude = {exclude}\n"}
    assert asked(files, "pkg/a.py") == ()
    assert asked(files, "pkg/a.py", "b.py")[0].files == ("b.py",)


@pytest.mark.parametrize("exclude", ["'('", "[1, '[']", "3"])
def test_an_exclusion_that_is_none_excludes_nothing(exclude):
    assert names({"pyproject.toml": f"[tool.mypy]\nexclude = {exclude}\n"}) == ["mypy"]


def test_pyright_is_told_of_a_project_below_and_basedpyright_is_a_module_of_its_own():
    files = {"pyproject.toml": "[tool.basedpyright]\n[tool.pyright]\n", "one/pyrightconfig.json": "{}"}
    above, below = asked(files, "a.py", "one/b.py")
    assert (above.module, above.arguments) == ("basedpyright", ("--outputjson", "a.py"))
    assert (below.module, below.arguments) == ("pyright", ("--outputjson", "--project=one", "one/b.py"))
    assert {above.name, below.name} == {"pyright"}
