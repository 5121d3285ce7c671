"""What checks print, read as values, and which of it is new."""

import json

import pytest

from tddbot.judge.gates.findings import Finding, new, read, told


def ruff(*findings: tuple[str, int, str | None, str]) -> str:
    return json.dumps(
        [
            {"filename": path, "location": {"row": line, "column": 1}, "code": code, "message": message}
            for path, line, code, message in findings
        ]
    )


def test_ruff_names_files_absolutely_and_is_read_all_the_same():
    output = ruff(("/repository/pkg/a.py", 3, "F401", "`os` imported but unused"))
    assert read("ruff", output, 1, ["a.py", "pkg/a.py"]) == [Finding("pkg/a.py", 3, "F401", "`os` imported but unused")]
    assert read("ruff", "[]\n", 0, ["a.py"]) == []


@pytest.mark.parametrize("code", [None, "E999", "invalid-syntax"])
def test_what_does_not_parse_hides_all_else(code):
    [finding] = read("ruff", ruff(("/r/a.py", 1, code, "Expected an expression")), 1, ["a.py"])
    assert finding.fatal


def test_mypy_is_read_line_by_line_without_its_notes():
    output = (
        'a.py:3: error: Incompatible return value type (got "int", expected "str")  [return-value]\n'
        'a.py:4: note: Use "-> None"\n'
        'a.py:5:7: error: Name "x: y" is not defined  [name-defined]\n'
        "a.py: error: Source file is odd\n"
        "a.py:7:1:7:9: error: Missing named argument  [call-arg]\n"
        "other.py:1: error: Of somebody else  [misc]\n"
    )
    assert read("mypy", output, 1, ["a.py"]) == [
        Finding("a.py", 3, "return-value", 'Incompatible return value type (got "int", expected "str")'),
        Finding("a.py", 5, "name-defined", 'Name "x: y" is not defined'),
        Finding("a.py", 0, "error", "Source file is odd"),
        Finding("a.py", 7, "call-arg", "Missing named argument"),
    ]
    assert read("mypy", "", 0, ["a.py"]) == []


def test_pyright_counts_lines_from_nought_and_its_information_is_no_finding():
    report = {
        "generalDiagnostics": [
            {
                "file": "/r/a.py", "severity": severity, "message": "no",
                "range": {"start": {"line": 4, "character": 0}}, "rule": "reportCallIssue",
            }
            for severity in ("error", "warning", "information")
        ]
    }  # fmt: skip
    output = json.dumps(report)
    assert read("pyright", output, 1, ["a.py"]) == [Finding("a.py", 5, "reportCallIssue", "no")] * 2
    del report["generalDiagnostics"][0]["rule"]
    assert read("pyright", json.dumps(report), 1, ["a.py"])[0].fatal


@pytest.mark.parametrize("name", ["ruff", "mypy", "pyright"])
@pytest.mark.parametrize(
    ("output", "code"),
    [("", 1), ("", 2), ("[]", 2), ("", -9), ("", None), ("Traceback …", 1), ("{}", 1), ("[[1]]", 1), ("[1]", 1)],
)
def test_what_did_not_run_is_a_clause_and_never_a_finding(name, output, code):
    said = read(name, output, code, ["a.py"])
    assert isinstance(said, str)
    assert said


def test_a_check_that_is_not_installed_is_guessed_to_be():
    assert "installed" in read("mypy", "", 1, ["a.py"])


BEFORE = ["import os", "", "x = undefined", "y = undefined", ""]


def test_what_has_only_moved_is_not_new():
    after = ["# one line more", *BEFORE]
    old = [Finding("a.py", 1, "F401", "`os`"), Finding("a.py", 3, "F821", "u"), Finding("a.py", 4, "F821", "u")]
    moved = [Finding("a.py", each.line + 1, each.code, each.text) for each in old]
    assert new(old, moved, {"a.py": BEFORE}, {"a.py": after}) == ()


def test_of_several_that_say_the_same_the_one_on_the_changed_line_is_new():
    after = ["import os", "z = undefined", *BEFORE[2:]]
    old = [Finding("a.py", 3, "F821", "u"), Finding("a.py", 4, "F821", "u")]
    now = [Finding("a.py", 2, "F821", "u"), *old]
    assert new(old, now, {"a.py": BEFORE}, {"a.py": after}) == (now[0],)


def test_a_line_that_was_changed_and_is_still_wrong_is_not_new():
    old, now = [Finding("a.py", 3, "F821", "u")], [Finding("a.py", 3, "F821", "u")]
    assert new(old, now, {"a.py": BEFORE}, {"a.py": ["", "", "w = undefined"]}) == ()


def test_the_same_finding_in_another_file_or_of_another_rule_is_new():
    old = [Finding("a.py", 1, "F401", "u")]
    now = [Finding("b.py", 1, "F401", "u"), Finding("a.py", 1, "F402", "u"), Finding("a.py", 1, "F401", "v")]
    assert new(old, now, {}, {}) == tuple(now)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Redefinition of unused `f` from line 2", "Redefinition of unused `f` from line 14"),
        ("`f` is too complex (11 > 10)", "`f` is too complex (12 > 10)"),
    ],
)
def test_numbers_of_lines_and_counts_over_a_limit_do_not_make_it_new(was, now):
    assert new([Finding("a.py", 1, "X", was)], [Finding("a.py", 9, "X", now)], {}, {}) == ()
    assert new([Finding("a.py", 1, "X", "got 3")], [Finding("a.py", 1, "X", "got 4")], {}, {})


def test_findings_are_told_in_lines_that_are_bounded():
    assert told([Finding("a.py", 3, "F401", "`os`\nimported"), Finding("a.py", 0, "E902", "gone")]) == (
        "a.py:3: F401 `os` imported",
        "a.py: E902 gone",
    )
    lines = told(Finding("a.py", number, "E501", "x" * 10_000) for number in range(1, 500))
    assert len(lines) == 20
    assert lines[-1] == "… and 480 more"
    assert max(map(len, lines)) == 300


ONE = ruff(("a.py", 1, "F401", "x"))


@pytest.mark.parametrize(
    "output", ["[" * 200_000, ONE.replace('"a.py"', "[]"), ONE.replace("1", '"1"', 1), "{}", "[1]"]
)
def test_what_is_no_answer_of_ruff_is_none(output):
    assert read("ruff", output, 1, ["a.py"]) == "what it printed cannot be read"


def test_a_line_without_end_is_no_finding():
    assert read("mypy", "a" + ":1" * 4_000_000, 1, ["a.py"]) == "it failed and named no finding"
