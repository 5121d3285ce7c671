from dataclasses import replace

from tddbot.domain import Findings
from tddbot.generator.offline.handover import LONGEST, MOST_CALLS, MOST_REJECTED, MOST_SUSPECTS, findings
from tddbot.proof import PartlyShown, Withheld
from tests.fakes import NoLab
from tests.generator.offline.asked import NODE, InProcessLab, cleaned, inquiry

TEXT = """\
def f(n):
    return n + 1


def g(n):
    if n > 3:
        raise ValueError(n)
    return object()


def other(n):
    return n - 1
"""


def test_the_likeliest_lines_come_with_their_source() -> None:
    found = findings(inquiry(TEXT, None)).suspects
    assert "calc.py:2: return n + 1" in found
    assert len(found) == len(set(found)) <= MOST_SUSPECTS


def test_calls_are_told_with_what_came_of_them() -> None:
    found = findings(inquiry(TEXT, InProcessLab(TEXT, ["f(1)", "g(5)", "g(2)", "f(1)"]))).calls
    assert found == ("f(1) -> 2", "g(5) raises ValueError", "g(2) -> a object")


def test_calls_of_red_tests_come_first() -> None:
    class Mixed(InProcessLab):
        def calls(self, path, functions, stop):  # type: ignore[no-untyped-def]
            first, *others = super().calls(path, functions, stop)
            return (replace(first, node_id="tests/test_calc.py::test_green"), *others)

    assert NODE != "tests/test_calc.py::test_green"
    found = findings(inquiry(TEXT, Mixed(TEXT, ["f(1)", "f(7)"]))).calls
    assert found == ("f(7) -> 8", "f(1) -> 2")


def test_a_call_that_cannot_be_written_is_told_by_its_arguments() -> None:
    class Unwritten(InProcessLab):
        def calls(self, path, functions, stop):  # type: ignore[no-untyped-def]
            (call,) = super().calls(path, functions, stop)
            return (replace(call, expression="", arguments=(("n", ""), ("by", "2"))),)

    assert findings(inquiry(TEXT, Unwritten(TEXT, ["f(1)"]))).calls == ("f(n=…, by=2) -> 2",)


def test_only_functions_that_the_red_tests_ran_are_asked_for() -> None:
    of = inquiry(TEXT, InProcessLab(TEXT, ["f(1)", "other(3)"]))
    ran = replace(of.request.brief, red_lines={"calc.py": frozenset({1, 2, 5, 11})})
    assert findings(replace(of, request=replace(of.request, brief=ran))).calls == ("f(1) -> 2",)


def test_one_function_does_not_take_all_the_room() -> None:
    calls = [f"f({number})" for number in range(40)] + ["g(5)"]
    found = findings(inquiry(TEXT, InProcessLab(TEXT, calls))).calls
    assert "g(5) raises ValueError" in found
    assert len(found) <= MOST_CALLS


def test_edits_that_were_in_vain_are_few_and_short() -> None:
    of = inquiry(TEXT, None)
    of.rejected.extend(f"edit {number} {'x' * 400}" for number in range(40))
    found = findings(of).rejected
    assert len(found) == MOST_REJECTED
    assert max(map(len, found)) == LONGEST


def test_without_a_laboratory_there_are_no_calls() -> None:
    assert findings(inquiry(TEXT, None)).calls == ()
    assert findings(inquiry(TEXT, NoLab())).calls == ()


def test_secrets_are_taken_out_before_a_line_is_cut() -> None:
    of = cleaned(inquiry(TEXT, InProcessLab(TEXT, [f"f('{'a' * (LONGEST - 10)}key-12345')"])), "key-12345")
    told = findings(of)
    assert "key-" not in " ".join([*told.suspects, *told.calls])
    assert told.calls


def test_a_file_that_does_not_parse_has_nothing_to_tell() -> None:
    assert findings(inquiry("def f(:\n", InProcessLab("x = 1\n"))) == Findings()


def test_calls_and_edits_of_withheld_cases_are_not_told() -> None:
    hidden = "tests/test_calc.py::test_table[7-8]"

    class Table(InProcessLab):
        def calls(self, path, functions, stop):  # type: ignore[no-untyped-def]
            first, second, *others = super().calls(path, functions, stop)
            return (first, replace(second, node_id=hidden), *others)

    of = inquiry(TEXT, Table(TEXT, ["f(1)", "f(2)", "f(77)"]))
    of.rejected.extend(["f: 1 to 3", "f: 1 to 77"])
    shown = PartlyShown("tests/test_calc.py", "test_table", 1, frozenset({"1-2"}), frozenset({"7-8"}))
    held = replace(of.request.brief, withheld=Withheld(frozenset({hidden}), tests=(shown,), telling=frozenset({"77"})))
    found = findings(replace(of, request=replace(of.request, brief=held)))
    assert found.calls == ("f(1) -> 2",)
    assert found.rejected == ("f: 1 to 3",)
