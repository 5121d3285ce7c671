from collections.abc import Sequence

import pytest

from tddbot.domain import Candidate, Patch, Question
from tddbot.lab import Answer
from tddbot.stop import Stop
from tddbot.ties.ties import MOST_OPTIONS, decided
from tests.fakes import NoLab
from tests.generator.offline.asked import IMPORTS, TEST, InProcessLab, cleaned, inquiry, passers

RED = "def f(n):\n    return n\n"


def f(body: str) -> str:
    return f"def f(n):\n    {body}\n"


def told(before: str, afters: Sequence[str], *calls: str, test: str = IMPORTS) -> Candidate | Question:
    return decided(passers(before, *afters), inquiry(before, InProcessLab(before, calls), test).hearing)


def asked(before: str, afters: Sequence[str], *calls: str, test: str = IMPORTS) -> Question:
    question = told(before, afters, *calls, test=test)
    assert isinstance(question, Question)
    return question


def fix(before: str, afters: Sequence[str], *calls: str) -> str:
    candidate = told(before, afters, *calls)
    assert isinstance(candidate, Candidate)
    return candidate.note


def lines_of(question: Question) -> list[str]:
    return [option.test for option in question.options]


def holds(test: str, text: str) -> bool:
    """Whether the lines of a test hold in a module, whose names stand for the imported ones."""
    space: dict[str, object] = {"pytest": pytest}
    exec(text, space)
    try:
        exec(test, space)
    except (AssertionError, pytest.fail.Exception):
        return False
    return True


def test_one_patch_that_passes_is_the_fix() -> None:
    only = passers(RED, f("return n * 2"))
    assert decided(only, inquiry(RED, None).hearing) is only[0]


def test_patches_that_behave_alike_are_one_fix_the_likeliest() -> None:
    assert fix(RED, [f("return n + n"), f("return n * 2")], "f(3)", "f(0)") == f("return n + n")


def test_the_same_program_in_other_words_needs_no_laboratory() -> None:
    both = passers(RED, f("return n*2"), f("return (n * 2)"))
    assert decided(both, inquiry(RED, NoLab()).hearing) is both[0]


def test_one_more_test_decides_between_patches_that_differ() -> None:
    question = asked(RED, [f("return n * 2"), f("return n + 3")], "f(3)")
    assert (question.call, question.path) == ("f(1)", TEST)
    assert lines_of(question) == ["assert f(1) == 2", "assert f(1) == 4"]


def test_no_input_is_made_from_a_secret() -> None:
    lab = InProcessLab(RED, ("f('key-1234')", "f('word')"))
    found = cleaned(inquiry(RED, lab), "key-1234")
    question = decided(passers(RED, f("return n[:9]"), f("return n[:6] + '9'")), found.hearing)
    assert isinstance(question, Question)
    assert lab.asked
    assert not [text for text in lab.asked if any(part in text for part in ("key", "1234", "y-1"))]


def test_where_all_that_tests_give_are_secrets_nothing_is_asked() -> None:
    lab = InProcessLab(RED, ("f('key-1234')",))
    found = cleaned(inquiry(RED, lab), "key-1234")
    question = decided(passers(RED, f("return n[:9]"), f("return n[:8] * 2")), found.hearing)
    assert isinstance(question, Question)
    assert (question.call, lab.asked) == ("", [])


def test_each_test_holds_with_its_own_patch_alone() -> None:
    afters = [f("return n % 2"), f("return n % 2 == 1"), f("return 1"), f("return n / 3")]
    question = asked(RED, afters, "f(3)", "f(1)")
    for option in question.options:
        held = [other.note for other in question.options if holds(option.test, other.note)]
        assert held == [option.note]


def test_true_false_and_none_are_told_by_identity() -> None:
    question = asked(RED, [f("return n > 2"), f("return n >= 2")], "f(3)", "f(1)")
    assert lines_of(question) == ["assert f(2) is False", "assert f(2) is True"]


def test_an_exception_that_the_code_raises_itself_is_an_answer() -> None:
    afters = [f("if n < 3: raise ValueError(n)\n    return n"), f("if n < 2: raise ValueError(n)\n    return n")]
    question = asked(RED, afters, "f(1)", "f(5)")
    assert lines_of(question) == ["with pytest.raises(ValueError):\n    f(2)", "assert f(2) == 2"]


def test_a_patch_that_crashes_on_an_ordinary_input_is_no_rival() -> None:
    afters = [f("return n[1]"), f("return n[-1]")]
    assert fix(f("return n"), afters, "f([1, 3])", "f([2, 5])", "f([4, 6])") == f("return n[-1]")


def test_a_patch_that_yields_none_where_no_call_did_is_no_rival() -> None:
    afters = [f("if n > 3: return n"), f("return n")]
    assert fix(RED, afters, "f(5)", "f(9)") == f("return n")


def test_a_crash_at_the_edge_speaks_against_nobody() -> None:
    afters = [f("return max(n)"), f("return max(n) if n else 0")]
    assert fix(RED, afters, "f([1])", "f([3, 2])", "f([2, 2, 4])") == afters[0]


def test_patches_that_differ_only_where_nothing_was_recorded_are_alike() -> None:
    afters = [f("return n if n >= 0 else 0"), f("return n")]
    assert fix(RED, afters, "f(5)", "f(9)", "f(0)") == afters[0]


def test_rounding_tells_nobody_apart() -> None:
    afters = [f("return n * 0.1 * 3"), f("return n * 0.3")]
    assert fix(RED, afters, "f(1.5)", "f(3.0)") == afters[0]


def test_what_is_drawn_from_a_generator_is_compared() -> None:
    question = asked(RED, [f("yield n > 2"), f("yield n >= 2")], "f(3)", "f(1)")
    assert question.call == "list(f(2))"
    assert lines_of(question) == ["assert list(f(2)) == [False]", "assert list(f(2)) == [True]"]


def test_an_endless_generator_is_drawn_only_in_part() -> None:
    afters = [f("while True: yield n"), f("while 1: yield n + 0")]
    assert fix(RED, afters, "f(3)", "f(1)") == afters[0]


@pytest.mark.filterwarnings("ignore:coroutine")
def test_what_is_awaited_is_compared() -> None:
    question = asked(RED, [f"async {f('return n > 2')}", f"async {f('return n >= 2')}"], "f(3)", "f(1)")
    assert lines_of(question) == ["assert asyncio.run(f(2)) is False", "assert asyncio.run(f(2)) is True"]


def test_where_nothing_comes_back_the_argument_is_looked_at() -> None:
    question = asked(RED, [f("n.sort()"), f("n.sort(reverse=True)")], "f([1, 1])", "f([2])")
    assert lines_of(question) == [
        "values = [1, 2]\nf(values)\nassert values == [1, 2]",
        "values = [1, 2]\nf(values)\nassert values == [2, 1]",
    ]
    assert [holds(option.test, option.note) for option in question.options] == [True, True]


def stack(push: str) -> str:
    return f"class Stack:\n    def __init__(self, n):\n        self.n = n\n\n    def push(self, x):\n        {push}\n"


def test_where_nothing_comes_back_of_a_method_the_object_is_looked_at() -> None:
    afters = [stack("self.n.append(x)"), stack("self.n.insert(0, x)")]
    question = asked(stack("pass"), afters, "Stack([]).push(2)", "Stack([1]).push(1)", test="import calc\n")
    assert question.call == "calc.Stack([1]).push(2)"
    assert lines_of(question)[0] == "it = calc.Stack([1])\nit.push(2)\nassert vars(it) == {'n': [1, 2]}"


def test_an_object_that_cannot_be_written_is_compared_by_its_attributes() -> None:
    afters = [stack("return Stack(x * 2)"), stack("return Stack(x + 3)")]
    question = asked(stack("pass"), afters, "Stack([]).push(3)", test="from calc import Stack as S\n")
    assert question.call == "vars(S([]).push(1))"
    assert lines_of(question)[0] == "assert vars(S([]).push(1)) == {'n': 2}"


@pytest.mark.parametrize(
    ("test", "call"),
    [
        ("import calc\n", "calc.f(1)"),
        ("import calc as c\n", "c.f(1)"),
        ("from calc import f as g\n", "g(1)"),
        ("from calc import *\n", "f(1)"),
        ("from .calc import f\n", "f(1)"),
        ("def test_it(): from calc import f\n", "f(1)"),
        ("from other import f as h\nimport calc\n", "calc.f(1)"),
    ],
)
def test_the_call_is_written_by_the_names_that_the_test_imports(test: str, call: str) -> None:
    question = asked(RED, [f("return n * 2"), f("return n + 3")], "f(3)", test=test)
    assert question.call == call
    assert lines_of(question)[0] == f"assert {call} == 2"


def test_what_the_test_does_not_import_comes_with_its_import() -> None:
    question = asked(RED, [f("return n * 2"), f("return n + 3")], "f(3)", test="import os\n")
    assert lines_of(question)[0] == "from calc import f\nassert f(1) == 2"


def test_of_each_group_only_the_likeliest_is_an_option() -> None:
    afters = [f("return n + n"), f("return n * 2"), f("return n + 3"), f("return 3 + n")]
    question = asked(RED, afters, "f(3)")
    assert [option.note for option in question.options] == [afters[0], afters[2]]


def test_the_options_are_few() -> None:
    question = asked(RED, [f(f"return n + 3 if n == 3 else {number}") for number in range(9)], "f(3)")
    assert len(question.options) == MOST_OPTIONS


def test_what_tests_call_themselves_counts_and_not_what_a_wrong_function_calls_on_its_way() -> None:
    afters = [f("return n if n >= 0 else -7"), f("return n")]
    lab = InProcessLab(RED, ["f(-1)", "f(-2)"], direct=["5", "2", "9"])
    assert decided(both := passers(RED, *afters), inquiry(RED, lab).hearing) is both[0]


def test_functions_that_read_a_constant_are_asked_where_only_that_differs() -> None:
    text = "LIMIT = {}\n\ndef f(n):\n    return n < LIMIT\n\ndef g(n):\n    return n\n"
    question = asked(text.format(1), [text.format(8), text.format(9)], "f(3)", "f(20)", "g(1)")
    assert question.call == "f(8)"


@pytest.mark.parametrize(
    ("afters", "call"),
    [
        ([f("import random; return random.random() + n"), f("return n + 0.5")], "f(3)"),
        ([f("return n * 2"), f("return n + 3")], ""),
        ([f("print(n)"), f("print(n + 1)")], "f(3)"),
        ([f("return object() if n else 1"), f("return object()")], "f(3)"),
        ([f("return n * 2"), f("return n + 3")], "f(lost)"),
    ],
)
def test_where_nothing_can_be_compared_the_question_has_no_call(afters: list[str], call: str) -> None:
    question = asked(RED, afters, *([call] if call else []))
    assert (question.call, question.path, lines_of(question)) == ("", TEST, ["", ""])


def test_without_a_laboratory_the_question_has_no_call() -> None:
    question = decided(passers(RED, f("return n * 2"), f("return n + 3")), inquiry(RED, None).hearing)
    assert isinstance(question, Question)
    assert (question.call, len(question.options)) == ("", 2)


def test_once_stopped_nothing_is_taken_for_alike() -> None:
    lab = InProcessLab(RED, ["f(3)"])
    of = inquiry(RED, lab)
    of.stop.set()
    assert isinstance(decided(passers(RED, f("return n + n"), f("return n * 2")), of.hearing), Question)
    assert not [each for each in lab.asked if each != "f(3)"]


def test_an_input_on_which_none_answers_as_usual_decides_nothing() -> None:
    afters = [f("return n[2] + n[0] - n[2]"), f("return n[2] + n[0] - n[2] if len(n) != 2 else None")]
    assert fix(f("return n"), afters, "f([1, 3, 5])", "f([2, 5, 7, 1])", "f([4, 6, 0])") == afters[0]


def test_who_is_left_alone_needs_no_more_comparing() -> None:
    text = "def f(n):\n    return n[{}]\n\n\ndef g(n):\n    return {}\n"
    afters = [text.format(1, "n"), text.format(-1, "n + 0")]
    calls = ("f([1, 3])", "f([2, 5])", "f([4, 6])", "g(1)", "g(2)")
    assert fix(text.format(0, "n"), afters, *calls) == afters[1]


def test_inputs_that_say_nothing_do_not_make_sure() -> None:
    afters = [f("return {3: 6, 5: 10}[n]"), f("return {5: 10, 3: 6}[n + 0]")]
    question = asked(RED, afters, "f(3)", "f(5)")
    assert question.call == ""


class StarvedLab(InProcessLab):
    """Answers what is recorded, and of what else is asked nothing for the last of the patches."""

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        rows = super().ask(path, expressions, patches, stop)
        if set(expressions) <= set(self.recorded):
            return rows
        return (*rows[:-1], tuple(Answer("", plain=False) for _ in expressions))


def test_who_answers_nothing_at_all_is_not_ruled_out_for_it() -> None:
    calls = ("f(3)", "f(5)", "f(8)")
    both = passers(RED, f("return n * 2"), f("return n + 3"))
    question = decided(both, inquiry(RED, StarvedLab(RED, calls)).hearing)
    assert isinstance(question, Question)
    assert len(question.options) == 2
