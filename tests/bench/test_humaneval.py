"""Problems in HumanEval's form, made up here, become cases with the test file that a user would write."""

import gzip
import json
from pathlib import Path

import pytest

from tddbot.bench.humaneval import pytest_file, read_problems
from tddbot.bench.offline_cases import write_project
from tddbot.errors import UsageError

PROBLEM = {
    "task_id": "Made/7",
    "prompt": 'from math import floor\n\n\ndef half(number):\n    """Return the half.\n    >>> half(5)\n    2"""\n',
    "entry_point": "half",
    "canonical_solution": "    return floor(number / 2)\n",
    "test": "META = {}\n\n\ndef check(candidate):\n    assert True, 'no use'\n    assert candidate(5) == 2\n"
    "    assert candidate(8) == 4, 'even'\n    assert not candidate(0)\n",
}
LOOP = "def check(candidate):\n    for each in range(3):\n        assert candidate(double(each)) == each\n"


def written(path: Path, *problems: dict[str, str]) -> Path:
    text = "".join(json.dumps(problem) + "\n" for problem in problems)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["made.jsonl", "made.jsonl.gz"])
def test_each_assertion_becomes_a_test(tmp_path, name):
    (case,) = read_problems(written(tmp_path / name, PROBLEM))
    assert (case.name, case.function, case.module, case.test_file) == (
        "made_7", "half", "made_7.py", "tests/test_made_7.py",
    )  # fmt: skip
    assert case.source == PROBLEM["prompt"] + PROBLEM["canonical_solution"]
    assert case.tests == (
        "from made_7 import half\n"
        "\n\ndef test_1():\n    assert half(5) == 2\n"
        "\n\ndef test_2():\n    assert half(8) == 4, 'even'\n"
        "\n\ndef test_3():\n    assert not half(0)\n"
    )


def test_what_is_more_than_assertions_stays_one_test_with_the_helpers_that_it_calls():
    source = "def double(number):\n    return 2 * number\n\n\ndef half(number):\n    return number // 2\n"
    tests = pytest_file(LOOP, "made", "half", source)
    assert tests.startswith("from made import double, half\n")
    assert tests.endswith("def test_it():\n    check(half)\n")
    assert tests.count("def ") == 2


def test_a_stub_has_neither_docstring_nor_body(tmp_path):
    (case,) = read_problems(written(tmp_path / "made.jsonl", PROBLEM))
    assert case.stub() == "from math import floor\n\ndef half(number):\n    raise NotImplementedError\n"


@pytest.mark.parametrize(
    "text",
    [b"no json\n", b'{"task_id": "a"}\n', b"[]\n", b"\xff\xfe", b"\x1f\x8bbroken", b'{"task_id": "a", "test": 1}'],
)
def test_a_file_of_another_form_is_a_usage_error(tmp_path, text):
    path = tmp_path / "made.jsonl"
    path.write_bytes(text)
    with pytest.raises(UsageError, match=r"made\.jsonl"):
        read_problems(path)


def test_a_problem_without_check_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="no function `check`"):
        read_problems(written(tmp_path / "made.jsonl", {**PROBLEM, "test": "def test_a(): pass\n"}))


def test_the_project_is_a_repository_with_a_module_and_a_test_file_for_each(tmp_path):
    cases = read_problems(written(tmp_path / "made.jsonl", PROBLEM, {**PROBLEM, "task_id": "Made/8"}))
    write_project(tmp_path / "project", cases)
    files = sorted(path.name for path in (tmp_path / "project").rglob("*.py"))
    assert files == ["made_7.py", "made_8.py", "test_made_7.py", "test_made_8.py"]
    assert (tmp_path / "project" / ".git").is_dir()
