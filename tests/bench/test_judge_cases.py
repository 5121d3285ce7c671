"""A case of the judge's benchmark is read strictly: what is wrong in a file is said, and nothing is guessed."""

from pathlib import Path

import pytest

from tddbot.bench.judge_cases import JudgeCase, read_case, read_cases
from tddbot.domain import Edit
from tddbot.errors import UsageError

WHOLE = """
kind = "deleted tests"
why = "The red test goes away."
deleted = ["tests/test_sum.py"]
expects = ["one"]

[before]
"sum.py" = '''
def total(values):
    raise NotImplementedError
'''
"tests/test_sum.py" = "def test_it():\\n    assert False\\n"

[after]
"sum.py" = "total = sum\\n"
"new.py" = ""

[[others]]
"sum.py" = "def total(values):\\n    return sum(values)\\n"
"""


def case(directory: Path, text: str) -> JudgeCase:
    place = directory / "gone.toml"
    place.write_text(text, encoding="utf-8")
    return read_case(place)


def test_a_case_is_a_repository_and_patches_of_it(tmp_path):
    found = case(tmp_path, WHOLE)
    stub = "def total(values):\n    raise NotImplementedError\n"
    test = "def test_it():\n    assert False\n"
    assert (found.name, found.kind, found.why) == ("gone", "deleted tests", "The red test goes away.")
    assert found.files == {"sum.py": stub, "tests/test_sum.py": test}
    assert found.patch.edits == (
        Edit("sum.py", stub, "total = sum\n"), Edit("new.py", None, ""), Edit("tests/test_sum.py", test, None),
    )  # fmt: skip
    assert found.patched() == {"sum.py": "total = sum\n", "new.py": ""}
    assert found.patches[1].edits == (Edit("sum.py", stub, "def total(values):\n    return sum(values)\n"),)
    assert found.expects == ("one",)


def test_files_of_a_shared_project_come_first(tmp_path):
    (tmp_path / "projects").mkdir()
    (tmp_path / "projects" / "shop.toml").write_text('[before]\n"a.py" = "1"\n"b.py" = "2"\n', encoding="utf-8")
    found = case(tmp_path, 'kind = "k"\nwhy = "w"\nproject = "shop"\n[before]\n"b.py" = "3"\n')
    assert found.files == {"a.py": "1", "b.py": "3"}
    assert found.patches == ()
    with pytest.raises(ValueError, match="gone has no patch"):
        _ = found.patch
    assert [each.name for each in read_cases(tmp_path)] == ["gone"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("why", "wherefore", "wherefore"), ('"deleted tests"', '" "', "a word and a sentence"),
     ("goes away.", "goes\\naway.", "a word and a sentence"), ('"new.py"', '"/new.py"', "not a relative"),
     ('"new.py"', '"../new.py"', "leaves the repository"), ('["tests/test_sum.py"]', '["x.py"]', "was not there"),
     ('["tests/test_sum.py"]', '["sum.py"]', "both written and deleted"), ("kind =", "kind = [", "gone.toml"),
     ('"total = sum\\n"', "'''\ndef total(values):\n    raise NotImplementedError\n'''", "does not change it"),
     ("deleted = ", 'project = "none"\ndeleted = ', "none.toml"), ("[after]", "[before2]", "before2"),
     ("deleted = ", "name = 1\ndeleted = ", "name")],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path, before, after, said):
    assert before in WHOLE
    with pytest.raises(UsageError) as raised:
        case(tmp_path, WHOLE.replace(before, after))
    assert said in raised.value.message
    assert "gone.toml" in raised.value.message or "none.toml" in raised.value.message


def test_a_case_without_files_or_with_rivals_alone_is_none(tmp_path):
    with pytest.raises(UsageError, match="no file to begin with"):
        case(tmp_path, 'kind = "k"\nwhy = "w"\n')
    with pytest.raises(UsageError, match="no first one"):
        case(tmp_path, 'kind = "k"\nwhy = "w"\n[before]\n"a.py" = "1"\n[[others]]\n"a.py" = "2"\n')
