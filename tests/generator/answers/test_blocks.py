"""The syntax of answers: what is a path, a fence, a block."""

import pytest

from tddbot.generator.answers.blocks import Replacement, Whole, path_in, read_blocks


@pytest.mark.parametrize(
    "line",
    [
        "src/a.py",
        "  src/a.py  ",
        "./src/a.py",
        "`src/a.py`",
        "**src/a.py**",
        "**`src/a.py`**",
        "### src/a.py",
        "### `src/a.py`",
        "File: src/a.py",
        "**File:** `src/a.py`",
        "**File: `src/a.py`**",
        "src/a.py:",
        "`src/a.py`:",
        "**`src/a.py`**:",
        "**src/a.py:**",
        "`src/a.py` (new file)",
        "path: src/a.py",
        "# src/a.py",
        "Filename: src/a.py",
    ],
)
def test_a_path_may_be_decorated(line: str) -> None:
    assert path_in(line) == "src/a.py"


@pytest.mark.parametrize(
    "line", ["", "Here is the fix:", "Change src/a.py:", "Done.", "def f(x):", "x = 1.5", "e.g.", "version 3.11", "- a"]
)
def test_prose_is_no_path(line: str) -> None:
    assert path_in(line) is None


@pytest.mark.parametrize("path", ["__init__.py", "a/__init__.py", "a_b-c+d@e.toml", "köln.py", ".hidden/x.cfg"])
def test_unusual_names_are_paths(path: str) -> None:
    assert path_in(path) == path


def test_a_name_with_a_blank_or_without_a_suffix_is_a_path_in_backticks() -> None:
    assert path_in("`my module.py`") == "my module.py"
    assert path_in("`Makefile`") == "Makefile"


@pytest.mark.parametrize(
    "answer",
    [
        "src/a.py\n```python\nx = 1\n```\n",
        "Why.\n\n**src/a.py**\n\n```\nx = 1\n```\nMore words.",
        "src/a.py\r\n```python\r\nx = 1\r\n```\r\n",
        "src/a.py\n~~~py\nx = 1\n~~~",
        "src/a.py\n`````python   \nx = 1\n`````   ",
        "```python src/a.py\nx = 1\n```",
        "```python:src/a.py\nx = 1\n```",
        '```python title="src/a.py"\nx = 1\n```',
        "```src/a.py\nx = 1\n```",
        "```python\n# src/a.py\nx = 1\n```",
        "To be run with:\n\n```sh\npytest\n```\n\nsrc/a.py\n```python\nx = 1\n```\n\nIt prints:\n```\nok\n```",
    ],
)
def test_a_whole_file_is_read_in_every_usual_form(answer: str) -> None:
    reading = read_blocks(answer)
    assert not reading.fault
    assert reading.blocks == (Whole("src/a.py", "x = 1\n"),)


def test_a_fence_within_a_file_is_kept_when_the_outer_one_is_longer_or_the_inner_one_has_a_language() -> None:
    longer = read_blocks("a.md\n````md\n```\nx\n```\n````")
    nested = read_blocks('a.py\n```python\n"""\n```python\nx\n```\n"""\n```')
    assert longer.blocks == (Whole("a.md", "```\nx\n```\n"),)
    assert nested.blocks == (Whole("a.py", '"""\n```python\nx\n```\n"""\n'),)


@pytest.mark.parametrize(
    "answer",
    [
        "a.py\n```python\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n```",
        "```python\na.py\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n```",
        "a.py\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n",
        "a.py\n\nReplace this:\n\n```\n<<<<<<<< SEARCH  \nold\n======== \nnew\n>>>>>>>> REPLACE\n```",
        "```python a.py\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n```",
    ],
)
def test_a_replacement_is_read_in_every_usual_form(answer: str) -> None:
    (block,) = read_blocks(answer).blocks
    assert isinstance(block, Replacement)
    assert (block.path, block.lines[0], block.lines[2], block.splits) == ("a.py", "old", "new", (1,))


def test_several_replacements_go_under_one_path_in_one_fence_or_in_several() -> None:
    one = "<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"
    reading = read_blocks(f"a.py\n```python\n{one}{one}```\nand\n```python\n{one}```\n`b.py`\n```\n{one}```")
    assert [block.path for block in reading.blocks] == ["a.py", "a.py", "a.py", "b.py"]


def test_the_prose_before_the_first_edit_is_the_diagnosis() -> None:
    assert read_blocks("It is wrong.\nVery.\n\na.py\n```\nx\n```\nBye.").prose == "It is wrong.\nVery."
    assert read_blocks("Why.\n```py a.py\nx\n```").prose == "Why."


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("a.py\n```python\nx = 1\n", "line 2 of the answer is never closed"),
        ("a.py\n```\n<<<<<<< SEARCH\nold\n=======\nnew\n```", "no `>>>>>>> REPLACE` line"),
        ("a.py\n```\n<<<<<<< SEARCH\nold\n>>>>>>> REPLACE\n```", "no single `=======` line"),
        ("<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n", "No path stands on a line of its own"),
        ("a.py\n```\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n", "never closed"),
    ],
)
def test_what_is_broken_off_is_a_fault(answer: str, fault: str) -> None:
    reading = read_blocks(answer)
    assert fault in reading.fault
    assert reading.blocks == ()


def test_a_line_without_measure_is_no_path_nor_a_shorter_one() -> None:
    assert path_in("a/" * 400 + "a.py") == "a/" * 400 + "a.py"
    assert path_in("a" * 996 + ".python") is None
    assert path_in(" " * 5_000_000) is None


def test_what_stands_outside_of_the_edits_is_kept_apart() -> None:
    reading = read_blocks(
        "One.\na.py\n```\nx\n```\nTwo.\n```\nthree\n```\nb.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE"
    )
    assert len(reading.blocks) == 2
    assert reading.outside == ("One.", "a.py", "Two.", "three", "b.py")


@pytest.mark.parametrize("path", ["Makefile", "LICENSE", ".git/hooks/pre-commit", "bin/run", "scripts/deploy-it"])
def test_a_path_without_an_ending_heads_its_fence(path: str) -> None:
    [block] = read_blocks(f"{path}\n```\nall:\n```\n").blocks
    assert block.path == path


@pytest.mark.parametrize("line", ["Output", "Result:", "and/or, as said", "either / or", "https://example.org/a"])
def test_a_word_is_no_path(line: str) -> None:
    assert read_blocks(f"{line}\n```\nx\n```\n").blocks == ()
