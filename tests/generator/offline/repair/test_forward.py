"""The operators forward: which mutants are made of what a patch added, and which are not."""

import pytest

from tddbot.domain import Edit, Patch
from tddbot.generator.offline.repair.forward import MOST, Mutant, Slip, mutants

PATH = "calc.py"


def made(text: str, *lines: int, before: str | None = None) -> list[Mutant]:
    """The mutants of these lines of a file, or of all."""
    every = frozenset(lines or range(1, text.count("\n") + 2))
    return mutants(Patch((Edit(PATH, before, text),)), {PATH: every}, lambda: True)


def after(mutant: Mutant) -> str:
    return mutant.patch.edits[0].after or ""


def bodies(line: str, slip: Slip | None = None) -> list[str]:
    """What becomes of one line of a function."""
    head = "def f(a, b, n):\n    "
    found = [each for each in made(f"{head}{line}\n", 2) if slip in (None, each.slip)]
    return [after(each).removeprefix(head).removesuffix("\n") for each in found]


@pytest.mark.parametrize(
    ("slip", "line", "wanted"),
    [
        (Slip.BOUNDARY, "return a < b", ["return a <= b", "return a > b"]),
        (Slip.BOUNDARY, "return a >= b", ["return a > b", "return a <= b"]),
        (Slip.NEGATION, "return a == b", ["return a != b"]),
        (Slip.NEGATION, "return a is None", ["return a is not None"]),
        (Slip.NEGATION, "return a in b", ["return a not in b"]),
        (Slip.BRANCH, "return a if n else b", ["return a if False else b", "return a if True else b"]),
        (Slip.BRANCH, "return [x for x in a if x]", [f"return [x for x in a if {each}]" for each in (False, True)]),
        (Slip.CONDITION, "return a if n else b", ["return a if not n else b"]),
        (Slip.CONNECTIVE, "return a and b", ["return a", "return b", "return a or b"]),
        (Slip.CONSTANT, "return a[5]", ["return a[6]", "return a[4]"]),
        (Slip.CONSTANT, "return True", ["return False"]),
        (Slip.ARITHMETIC, "return a + b", ["return a - b"]),
        (Slip.ARITHMETIC, "n += a", ["n -= a"]),
        (Slip.REMOVAL, "n += a", ["pass"]),
        (Slip.REMOVAL, "a.append(b)", ["pass"]),
        (Slip.REMOVAL, "return a", ["return None"]),
        (Slip.REMOVAL, "raise ValueError(f'{a + 1}')", ["pass"]),
        (Slip.CALL, "return g(a, b)", ["return g(b, a)", "return g(b)"]),
        (Slip.CALL, "return sorted(a)", ["return a"]),
        (Slip.BOUNDS, "return range(n)", ["return range(n + 1)", "return range(n - 1)"]),
        (Slip.CALL, "return max(a)", ["return min(a)"]),
        (Slip.JUMP, "for x in a: break", ["for x in a: continue"]),
    ],
)
def test_the_classic_mutants_are_made(slip, line, wanted):
    found = bodies(line, slip)
    assert set(wanted) <= set(found) if slip is Slip.CALL else found == wanted


def test_the_kinds_that_are_asked_about_first_come_first():
    slips = [each.slip for each in made("def f(n):\n    return n + 1 if n > 3 else g(n, 2)\n", 2)]
    assert slips[0] is Slip.BOUNDARY
    assert slips == sorted(slips, key=list(Slip).index)


@pytest.mark.parametrize(
    "line",
    [
        '"""A text of 3."""',
        "assert n > 3, n + 1",
        "log.info('%d', n + 1)",
        "self.logger.warning('%d', n + 1)",
        "logging.getLogger('a').info(n + 1)",
        "warnings.warn('n', stacklevel=2)",
        "print(n + 1)",
        "import os",
        "x: Literal[3]",
        "global x",
        "pass",
    ],
)
def test_what_is_written_for_people_and_for_tools_stays(line):
    assert bodies(line) == []


def test_annotations_decorators_and_what_runs_only_as_a_program_stay():
    assert made("@cache(3)\ndef f(n: 'Literal[3]') -> Literal[3]:\n    pass\n") == []
    assert made('if __name__ == "__main__":\n    f(3)\n') == []
    assert made("if TYPE_CHECKING:\n    X = 3\n") == []


def test_only_the_lines_that_are_asked_for_are_changed():
    text = "def f(n):\n    n = n + 1\n    return n + 2\n"
    assert {each.line for each in made(text, 3)} == {3}
    assert {each.line for each in made(text)} == {2, 3}


def test_all_of_a_patch_is_in_each_mutant():
    edits = (Edit("a.py", "A = 1\n", "def f(n):\n    return n < 3\n", "latin-1"), Edit("b.py", None, "B = 2\n"))
    found = mutants(Patch(edits), {"a.py": frozenset({2})}, lambda: True)
    assert found
    for each in found:
        assert each.patch.edits[1] == edits[1]
        assert (each.patch.edits[0].before, each.patch.edits[0].encoding) == ("A = 1\n", "latin-1")


def test_where_the_change_is():
    text = "def f(n):\n    return 'é', n < 3\n"
    (first, *_) = made(text, 2)
    data = text.encode()
    assert data[first.start : first.end] == b"<"
    assert (data[: first.start] + first.text.encode() + data[first.end :]).decode() == after(first)
    assert (first.path, first.line) == (PATH, 2)


def test_no_two_are_the_same_program_and_none_is_the_one_that_there_was():
    found = [after(each) for each in made("def f(n):\n    return -1 if n + 1 > 2 else (1 - 2)\n")]
    assert len(set(found)) == len(found)


def test_functions_and_lines_take_turns():
    long = "".join(f"    n = n + {number}\n" for number in range(2, 90))
    text = f"def f(n):\n{long}    return n\n\n\ndef g(n):\n    return n > 3\n"
    found = made(text)
    assert len(found) == MOST
    assert found[0].line != found[1].line
    assert any(each.slip is Slip.BOUNDARY for each in found[:2])


@pytest.mark.parametrize("text", ["def f(:\n", "", "x = (\n"])
def test_of_what_does_not_parse_there_are_none(text):
    assert made(text) == []


def test_nothing_is_made_of_what_is_no_python_or_is_gone():
    edits = (Edit("a.txt", None, "a < 3\n"), Edit("b.py", "a < 3\n", None))
    assert mutants(Patch(edits), {"a.txt": frozenset({1}), "b.py": frozenset({1})}, lambda: True) == []


def test_it_ends_when_it_may_not_go_on():
    assert mutants(Patch((Edit(PATH, None, "a = 1 < 2\n"),)), {PATH: frozenset({1})}, lambda: False) == []


def test_of_a_long_patch_every_function_has_its_turn():
    text = "".join(f"def f{number}(n):\n    n = n + {number}\n    return n > 3\n\n\n" for number in range(2, 72))
    found = made(text)
    assert len(found) == MOST
    assert len({each.line // 5 for each in found}) == 70


def test_a_file_too_large_to_be_read_in_time_has_none():
    assert made("x = 1 < 2\n" + "# a remark\n" * 10_000, 1) == []
