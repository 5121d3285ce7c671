"""Whatever the text is: a tree, or a reason, and never an exception or the end of the process."""

import ast
import threading
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.parsing import MOST_CHARACTERS, MOST_LINES, Unparsable, parsed, quietly

MANY = 100_000
DEEP = "nests too deeply to be read"

NESTED = {
    "parentheses": "x = " + "(" * MANY + ")" * MANY,
    "never closed": "x = " + "[" * MANY,
    "dicts": "x = " + "{1:" * MANY + "1" + "}" * MANY,
    "signs": "x = " + "-" * MANY + "1",
    "words": "x = " + "not " * MANY + "1",
    "attributes": "x = a" + ".a" * MANY,
    "calls": "x = a" + "()" * MANY,
    "subscripts": "x = a" + "[0]" * MANY,
    "sum": "x = a" + "+a" * MANY,
    "powers": "x = a" + "**a" * MANY,
    "lambdas": "x = " + "lambda:" * MANY + "1",
    "choices": "x = " + "a if b else " * (MANY // 2) + "1",
    "branches": "if a: pass\n" + "elif a: pass\n" * (MANY // 2),
    "indentation": "".join(f"{' ' * depth}if a:\n" for depth in range(1000)) + " " * 1000 + "pass",
    "f-strings": "x = " + "f'{" * 1000 + "1" + "}'" * 1000,
    "signs in an f-string": "x = f'{" + "-" * MANY + "1}'",
    "formats": "x = f'{a" + ":{a" * 1000 + "}" * 1000 + "}'",
    "names with dots": "import a" + ".a" * MANY,
    "names with dots over lines": "import a" + " . \\\n a" * (MANY // 2),
    "patterns": "match a:\n case " + "[" * MANY + "]" * MANY + ": pass",
}


@pytest.mark.parametrize("source", NESTED.values(), ids=NESTED)
def test_what_nests_too_deeply_is_refused(source: str) -> None:
    found = parsed(source)
    assert isinstance(found, Unparsable)
    assert found.reason == DEEP or found.reason.startswith("is not Python")


def test_a_thread_with_its_own_stack_lives_through_it_too() -> None:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.extend(parsed(source) for source in NESTED.values()))
    thread.start()
    thread.join()
    assert len(found) == len(NESTED)
    assert all(isinstance(one, Unparsable) for one in found)


def test_what_is_too_much_is_refused_before_it_is_parsed() -> None:
    assert parsed("a;" * MOST_CHARACTERS) == Unparsable(f"has 2000000 characters; at most {MOST_CHARACTERS} are read")
    for ending in ("\n", "\r", "\r\n"):
        assert parsed(ending * MOST_LINES) == Unparsable(f"has {MOST_LINES + 1} lines; at most {MOST_LINES} are read")
    assert isinstance(parsed("\n" * (MOST_LINES - 1)), ast.Module)


def test_what_is_no_text_is_refused() -> None:
    assert parsed("x = '\ud800'") == Unparsable("holds characters that are no text")
    assert parsed("x = 1\ny = 2\0") == Unparsable("is not Python: it holds a NUL byte", 2)


def test_a_fault_has_its_line() -> None:
    found = parsed("x = 1\n  y = 2\n")
    assert isinstance(found, Unparsable)
    assert (found.reason, found.line, found.text) == ("is not Python: unexpected indent", 2, "y = 2")


def test_ordinary_code_of_some_size_has_a_tree() -> None:
    chain = "x = (a" + "\n    .where(b.c.d)" * 200 + ")\n"
    table = "TABLE = {\n" + "".join(f"    {n}: ('a', 1.5, -{n}),\n" for n in range(5000)) + "}\n"
    prose = '"""One. Two. Three... ' + "".join(f"{n}.\n" for n in range(1000)) + '"""\n'
    assert isinstance(parsed(prose + chain + table), ast.Module)


def test_what_the_parser_warns_of_is_nobodys_business() -> None:
    assert isinstance(parsed("x = '\\d'\ny = 1 is 1\n"), ast.Module)
    with quietly():
        warnings.warn("unheard", stacklevel=1)


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(parsed(text), ast.Module | Unparsable)
