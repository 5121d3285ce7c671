import warnings
from collections.abc import Callable
from dataclasses import replace

import pytest

from tddbot.domain import Candidate, Excerpt, Failure, Role
from tddbot.generator.offline.repair import mending
from tddbot.generator.offline.repair.candidates import Trial
from tests.generator.offline.making import PATH, after, brief, propose

FAILURE = Failure("collect", "SyntaxError", "expected ':'")


def mended(text: str, failure: Failure = FAILURE) -> list[str]:
    of = replace(brief(text, failure=failure), red_lines={})
    return [after(each) for each in propose(of) if isinstance(each, Candidate)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("def f(a)\n    return a\n", "def f(a):\n    return a\n"),
        ("def f(a):\n    if a  # why\n        return a\n", "def f(a):\n    if a:  # why\n        return a\n"),
        ("def f(a):\n    return (a\n", "def f(a):\n    return (a)\n"),
        ("def f(a):\n    b = [a, (a)\n    return b\n", "def f(a):\n    b = [a, (a)]\n    return b\n"),
        ("def f(a):\n    return a)\n", "def f(a):\n    return a\n"),
        ("def f(a):\n    return 'a\n", "def f(a):\n    return 'a'\n"),
        ("def f(a):\n    return {a: 1 'b': 2}\n", "def f(a):\n    return {a: 1, 'b': 2}\n"),
        ("def f(a):\n    if a = 1:\n        return a\n", "def f(a):\n    if a == 1:\n        return a\n"),
        ("def f(a):\r\n    while a\r\n        a -= 1\r\n", "def f(a):\r\n    while a:\r\n        a -= 1\r\n"),
        ("def f(a):\n    return g(a, 1\n\n\ndef g(a, b): return a\n", None),
    ],
    ids=["colon", "comment", "bracket", "inner", "too many", "quote", "comma", "equal", "windows", "line before"],
)
def test_one_token_mends_a_file_that_does_not_parse(written: str, meant: str | None) -> None:
    made = mended(written)
    assert made
    assert meant is None or meant in made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text in made:
            compile(text, PATH, "exec", dont_inherit=True)


def test_the_colon_of_a_block_comes_first() -> None:
    assert mended("def f(a)\n    return a\n")[0] == "def f(a):\n    return a\n"


def test_no_program_comes_twice() -> None:
    made = mended("def f(a):\n    return (a\n")
    assert len(made) == len(set(made))


def test_what_takes_more_than_one_token_is_left_alone() -> None:
    assert mended("def f(a)\n    return (a\n\n\ndef g(:\n") == []


def test_a_file_that_fails_otherwise_is_not_mended_so() -> None:
    assert mended("def f(a)\n    return a\n", Failure("call", "ValueError", "")) == []


def test_a_test_file_that_does_not_parse_is_none_to_mend() -> None:
    of = replace(brief("def f(a):\n    return a\n", failure=FAILURE), red_lines={})
    broken = Excerpt("tests/test_calc.py", "def test_it()\n    pass\n", Role.TEST)
    assert not [each for each in propose(replace(of, excerpts=(*of.excerpts, broken))) if isinstance(each, Candidate)]


def tried(text: str, may_go_on: Callable[[], bool] = lambda: True) -> list[Trial]:
    return [*mending.mended(Excerpt(PATH, text, Role.SOURCE), may_go_on)]


def test_a_very_long_line_is_left_as_it_is() -> None:
    assert tried(f"DATA = [{'1, ' * 30_000}\n") == []


def test_a_large_file_is_compiled_a_few_times_only() -> None:
    asked: list[int] = []
    text = f"y = {'a b ' * 100}\n" + "x = 1\n" * 30_000
    assert tried(text, lambda: not asked.append(0)) == []  # type: ignore[func-returns-value]
    assert 10 < len(asked) < 100


def test_when_time_is_up_nothing_more_is_compiled() -> None:
    assert tried("def f(a)\n    return a\n", lambda: False) == []
