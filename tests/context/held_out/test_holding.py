"""Which cases of a target are withheld, and that nothing of them is left in what is shown."""

import ast
import re

import pytest

from tddbot.domain import Excerpt, Frame, Role
from tddbot.withholding import hides
from tests.context.held_out.tables import NUMERALS, PATH, ROWS, nodes_of, red, table, withheld


def rows_in(text: str) -> list[tuple[object, ...]]:
    lists = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.List)]
    return [ast.literal_eval(row) for row in lists[0].elts if isinstance(row, ast.Tuple)]


def test_a_part_of_a_red_table_is_withheld_line_by_line() -> None:
    found = withheld(table(), nodes_of())
    shown = rows_in(found.texts[PATH])
    assert len(shown) == 9
    assert found.count == len(found.node_ids) == 3
    hidden = [row for row in ROWS if row not in shown]
    assert found.node_ids == frozenset(nodes_of(hidden))
    before, after = table().splitlines(), found.texts[PATH].splitlines()
    assert len(before) == len(after)
    changed = [line for line, was in zip(after, before, strict=True) if line != was]
    assert changed == ["        # a case is withheld"] * 3
    assert found.lines[PATH] == {at for at, line in enumerate(after, start=1) if "withheld" in line}


def test_the_same_text_has_the_same_cases_withheld_whatever_the_order_of_the_nodes() -> None:
    assert withheld(table(), nodes_of()) == withheld(table(), nodes_of()[::-1])


def test_the_first_row_and_one_of_its_kind_stay() -> None:
    rows = [
        (1, "a"),
        (0, "b"),
        (-4, "c"),
        *((number, "x" + "ab"[number % 2] * number) for number in range(3, 13)),
        (5, ""),
    ]
    for share in (0.25, 0.5):
        found = withheld(table(rows), nodes_of(rows), share=share)
        shown = rows_in(found.texts[PATH])
        assert {rows[0], rows[1], rows[2], rows[-1]} <= set(shown)
        assert len(shown) >= max(6, len(rows) * (1 - share))


@pytest.mark.parametrize(("count", "share"), [(7, 0.25), (12, 0), (8, 0.1)])
def test_nothing_is_withheld_of_few_or_where_the_share_is_less_than_a_case(count: int, share: float) -> None:
    assert not withheld(table(ROWS[:count]), nodes_of(ROWS[:count]), share=share)


def test_at_least_six_are_shown() -> None:
    assert len(rows_in(withheld(table(ROWS[:8]), nodes_of(ROWS[:8]), share=0.5).texts[PATH])) == 6


def test_only_red_cases_are_withheld_and_at_most_half_of_them() -> None:
    found = withheld(table(), nodes_of()[6:10], nodes_of())
    assert len(found.node_ids) == 2
    assert found.node_ids < set(nodes_of()[6:10])
    assert not withheld(table(), nodes_of()[6:7], nodes_of())


def test_a_file_that_cannot_be_collected_has_its_rows_withheld_and_what_is_unknown_of_them_hidden() -> None:
    found = withheld(table(), [PATH])
    assert found.count == 3
    hidden = [node for node in nodes_of() if hides(node, found)]
    assert len(hidden) == 3
    assert hides(f"{PATH}::test_roman[another]", found)
    assert not hides(f"{PATH}::test_other[another]", found)


def test_a_table_that_others_make_nodes_of_is_left_alone() -> None:
    assert not withheld(table(), [f"{PATH}::test_roman[{at}]" for at in range(12)])
    assert not withheld(table(), nodes_of(), [*nodes_of(), f"{PATH}::test_roman[more]"])
    assert not withheld(table(more=" ids=str"), nodes_of())


def test_ids_go_with_their_rows() -> None:
    names = [f"name {text}" for text in NUMERALS[:12]]
    nodes = [f"{PATH}::test_roman[{name}]" for name in names]
    found = withheld(table(more=f"\n    ids={names!r},"), nodes)
    assert len(found.node_ids) == 3
    for node in found.node_ids:
        assert node[node.index("name") : -1] not in found.texts[PATH].replace("name ", "name  ").split("'")
    assert len(ast.literal_eval(found.texts[PATH].split("ids=")[1].split("]")[0] + "]")) == 9


def test_rows_of_pytest_param_and_of_a_table_with_a_name() -> None:
    rows = "".join(f"    pytest.param({number}, {text!r}, id='no. {number}'),\n" for number, text in ROWS)
    text = (
        f"import pytest\n\nCASES = [\n{rows}]\n\n@pytest.mark.parametrize(('number', 'expected'), CASES)\n"
        "def test_roman(number, expected):\n    pass\n"
    )
    found = withheld(text, [f"{PATH}::test_roman[no. {number}]" for number, _ in ROWS])
    assert len(found.node_ids) == 3
    assert found.texts[PATH].count("pytest.param") == 9


def test_a_table_of_two_tests_is_withheld_in_both() -> None:
    text = table().replace("[\n", "CASES,\n", 1)
    body = text.split("CASES,\n")[1].split("    ],")[0]
    text = (
        f"import pytest\nCASES = [\n{body}]\n\n@pytest.mark.parametrize('number, expected', CASES)\n"
        "def test_first(number, expected): pass\n\n@pytest.mark.parametrize('number, expected', CASES)\n"
        "def test_second(number, expected): pass\n"
    )
    first, second = nodes_of(test="test_first"), nodes_of(test="test_second")
    found = withheld(text, second, first)
    assert len(found.node_ids) == 6
    assert {node.partition("[")[2] for node in found.node_ids if node in first} == {
        node.partition("[")[2] for node in found.node_ids if node in second
    }


def test_stacked_tables_hide_each_test_of_a_row() -> None:
    text = (
        "import pytest\n\n@pytest.mark.parametrize('word', ['ab', 'cd'])\n"
        f"@pytest.mark.parametrize('number', {[*range(11, 19)]})\ndef test_both(number, word): pass\n"
    )
    nodes = [f"{PATH}::test_both[{number}-{word}]" for word in ("ab", "cd") for number in range(11, 19)]
    found = withheld(text, nodes)
    assert len(found.node_ids) == 4
    assert found.count == 2
    assert "# 2 cases are withheld" in found.texts[PATH]


def test_a_case_that_stands_elsewhere_too_is_not_withheld() -> None:
    seen = "\n".join(f"assert roman({number}) == {text!r}" for number, text in ROWS if len(text) > 2 and number > 9)
    helper = Excerpt("tests/helper.py", "ROWS = [(7, 'VII'), (8, 'VIII'), (6, 'VI')]\n", Role.TEST)
    found = withheld(table() + f'\n\ndef test_more():\n    """{seen}\n    """\n', nodes_of(), more=(helper,))
    shown = rows_in(found.texts[PATH])
    assert {row for row in ROWS if row[0] in (6, 7, 8) or (row[0] > 9 and len(row[1]) > 2)} <= set(shown)
    assert len(shown) == 9


def assertions(form: str = "assert roman({0}) == {1!r}", indent: str = "    ") -> str:
    lines = "".join(f"{indent}{form.format(number, text)}\n" for number, text in ROWS)
    return f"from numerals import roman\n\n\ndef test_all():\n{lines}"


def test_assertions_after_the_one_that_fails_are_withheld() -> None:
    failed = red(f"{PATH}::test_all", Frame(PATH, 8, "test_all"))
    found = withheld(assertions(), [failed])
    assert found.count == 3
    assert not found.node_ids
    assert min(found.lines[PATH]) > 8
    assert found.texts[PATH].count("    # a case is withheld\n") == 3
    assert not withheld(assertions(), [f"{PATH}::test_all"])
    assert withheld(assertions(), [PATH]).count == 3


def test_assertions_of_unittest() -> None:
    text = "import unittest\nfrom numerals import roman\n\n\n"
    text += "class TestRoman(unittest.TestCase):\n    def test_all(self):\n"
    text += "".join(assertions("self.assertEqual(roman({0}), {1!r})", "        ").splitlines(keepends=True)[4:])
    failed = red(f"{PATH}::TestRoman::test_all", Frame(PATH, 7, "test_all"))
    assert withheld(text, [failed]).count == 3


@pytest.mark.parametrize("line", ["    number = roman(3)\n", "    stack = Stack()\n"])
def test_assertions_about_a_state_are_left_alone(line: str) -> None:
    body = "".join(
        f"    assert {'stack.push' if 'stack' in line else 'number +'}({at}) == {at}\n" for at in range(11, 22)
    )
    text = f"def test_state():\n{line}{body}"
    assert not withheld(text, [PATH])


def loop(iterable: str, body: str = "        assert roman(number) == expected\n") -> str:
    return f"from numerals import roman\n\n\ndef test_all():\n    for number, expected in {iterable}:\n{body}"


@pytest.mark.parametrize("named", [False, True])
def test_rows_of_a_loop_after_the_one_that_fails(named: bool) -> None:
    text = loop(repr(ROWS))
    if named:
        text = loop("cases").replace("    for", f"    cases = {ROWS!r}\n    for")
    line = 7 if named else 6
    failed = red(f"{PATH}::test_all", Frame(PATH, line, "test_all", (("number", "2"), ("expected", "'II'"))))
    found = withheld(text, [failed])
    assert found.count == 3
    assert "(1, 'I'), (2, 'II')" in found.texts[PATH]
    unknown = red(f"{PATH}::test_all", Frame(PATH, line, "test_all", (("number", "77"),)))
    assert not withheld(text, [unknown])


def test_nothing_that_only_withheld_cases_hold_is_left_in_the_text() -> None:
    found = withheld(table(), nodes_of())
    assert found.telling
    assert not [piece for piece in found.telling if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", found.texts[PATH])]


def test_text_that_is_no_python_has_nothing_to_withhold() -> None:
    assert not withheld("def broken(:\n", [PATH])
