"""What no test notices of a proven patch: without a jail, over fakes; the real parts are in the end-to-end tests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

import pytest

from tddbot.aftermath import unpinned
from tddbot.domain import Attempt, Dud, Outcome, Patch, Result, Ruling, Run, Target, Verdict
from tddbot.lab import Answer, Call, Fate, Lab, Screened
from tddbot.preparing import planned
from tddbot.proof import Unpinned
from tddbot.stop import Stop
from tddbot.work import Work
from tests.fakes import House, Test, candidate, laid_over, policy
from tests.generator.offline.asked import InProcessLab

RED, GREEN = "tests/test_a.py::test_red", "tests/test_b.py::test_green"
STUB = "def f(n):\n    raise NotImplementedError\n"
FIX = "def f(n):\n    if n > 3:\n        return n + 1\n    return n\n"
TESTS = "from calc import f\n\ndef test_red():\n    assert f(9) == 10\n\ndef test_other():\n    assert f(1) == 1\n"
PATH = "calc.py"


def calls(*wanted: tuple[int, object]) -> Test:
    """A test that calls `f`, in this process: what the texts hold is the tests' own."""

    def test(tree: Mapping[str, str]) -> Outcome:
        space: dict[str, object] = {}
        exec(tree[PATH], space)
        try:
            return Outcome.PASSED if all(space["f"](n) == told for n, told in wanted) else Outcome.FAILED  # type: ignore[operator]
        except Exception:
            return Outcome.FAILED

    return test


@dataclass
class SievingLab(InProcessLab):
    """Lets through what these tests pass."""

    tests: Sequence[Test] = ()
    screened: list[Patch] = field(default_factory=list)

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        for patch in patches:
            if stop.is_set():
                return
            self.screened.append(patch)
            tree = laid_over({PATH: self.text}, patch)
            passed = all(test(tree).is_green for test in self.tests)
            yield Screened(patch, Fate.PASSED if passed else Fate.RED)

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        return super().ask(path, expressions, [each if each and each.edits else None for each in patches], stop)

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:
        return super().calls(path, functions, stop) if self.text != STUB else ()


def working(
    red: Test, green: Test, lab: Lab | None, files: Mapping[str, str] | None = None, seconds: float = 60.0
) -> Work:
    contents = {PATH: STUB, "tests/test_a.py": TESTS, "tests/test_b.py": TESTS, **(files or {})}
    house = House(contents, {RED: red, GREEN: green})
    snapshot = house.repository.snapshot()
    results = {RED: Result(RED, Outcome.FAILED, 0.1), GREEN: Result(GREEN, Outcome.PASSED, 0.1)}
    baseline = Run(snapshot.tree, results, seconds=0.3)
    target = Target("calc", (results[RED],))
    rules = replace(policy(), unpinned_seconds=seconds)
    return replace(planned(house.ports, rules, snapshot, baseline, target, Stop()), lab=lab)


def told(work: Work, after: str = FIX, slow: float = 0.1) -> tuple[Unpinned, ...]:
    """What is told of a fix that was proven, where the green test of the other file took so many seconds."""
    seconds = {RED: 0.1, GREEN: slow}
    results = {node: Result(node, Outcome.PASSED, seconds[node]) for node in seconds}
    proof = Run(work.snapshot.tree, results, seconds=0.1 + sum(seconds.values()))
    return unpinned(work, Attempt(candidate(PATH, STUB, after), proof, Verdict(Ruling.ACCEPTED)))


def lab(*tests: Test, calls: Sequence[str] = ("f(1)", "f(9)", "f(5)")) -> SievingLab:
    return SievingLab(FIX, calls, tests=tests)


LOOSE = calls((9, 10))
OTHER = calls((1, 1))
STRICT = calls((3, 3), (4, 5), (9, 10), (-1, -1))


def test_a_boundary_that_no_test_pins_is_told_with_the_test_that_would():
    found = told(working(LOOSE, OTHER, lab(LOOSE, OTHER)))
    assert found[0].change == "`n > 3` were `n >= 3`"
    assert (found[0].path, found[0].line) == (PATH, 2)
    assert found[0].test == "def test_f_of_3():\n    assert f(3) == 3  # 4 if `n > 3` were `n >= 3`"


def test_a_constant_of_the_module_is_told_with_a_call_of_who_reads_it():
    text = "LIMIT = 3\n\n\ndef f(n):\n    return n + 1 if n > LIMIT else n\n"
    one = SievingLab(text, ("f(1)", "f(9)", "f(5)"), tests=(LOOSE, OTHER))
    work = working(LOOSE, OTHER, one)
    # Of more than bodies a laboratory is asked that has the patch in it.
    work.ports.runner.lab = lambda request: nullcontext(one)  # type: ignore[method-assign, assignment, return-value]
    found = told(work, text)
    (constant,) = [each for each in found if each.line == 1]
    assert constant.test.startswith("def test_f_of_")
    assert "assert f(" in constant.test


def test_what_the_tests_pin_is_not_told():
    assert told(working(STRICT, OTHER, lab(STRICT, OTHER))) == ()


def test_the_same_program_in_other_words_is_not_told():
    same = (
        "def f(n):\n    best = 0\n    for x in (n, 5):\n        if x > best:\n            best = x\n    return best\n"
    )
    tests = calls((9, 9), (1, 5), (5, 5), (7, 7), (0, 5)), calls((6, 6), (4, 5))
    found = told(working(*tests, SievingLab(same, ("f(9)", "f(1)", "f(5)", "f(7)"), tests=tests)), same)
    assert [each for each in found if "x > best" in each.change and "False" not in each.change] == []


def test_no_two_are_of_one_line_and_there_are_at_most_five():
    body = "".join(f"    if n == {number}:\n        return {number * 7}\n" for number in range(10, 30))
    long = f"def f(n):\n{body}    return n + 1\n"
    found = told(working(LOOSE, LOOSE, SievingLab(long, ("f(9)", "f(11)", "f(20)"), tests=(LOOSE,))), long)
    assert len(found) == len({each.line for each in found}) == 5
    names = [each.test.partition("(")[0] for each in found]
    assert len(set(names)) == 5


def test_what_the_laboratory_lets_through_is_confirmed_by_all_tests():
    work = working(LOOSE, STRICT, lab(LOOSE))
    assert told(work) == ()
    requests = work.ports.runner.requests  # type: ignore[attr-defined]
    assert requests
    assert {request.node_ids for request in requests} == {(RED, GREEN)}
    assert all(request.warm and request.patch for request in requests)


def test_where_all_tests_take_too_long_those_that_import_the_module_confirm_it():
    files = {"tests/test_b.py": "import other\n", "other.py": "X = 1\n"}
    work = working(LOOSE, OTHER, lab(LOOSE), files)
    assert told(work, slow=500.0)
    requests = work.ports.runner.requests  # type: ignore[attr-defined]
    assert {request.node_ids for request in requests} == {(RED,)}


def test_through_another_module_counts_as_an_import():
    files = {"tests/test_b.py": "import other\n", "other.py": "from calc import f\n"}
    work = working(LOOSE, OTHER, lab(LOOSE), files)
    # Then nothing can be confirmed in time, and nothing is claimed.
    assert told(work, slow=500.0) == ()


def test_without_a_laboratory_a_few_are_tried_and_left_open():
    work = working(LOOSE, OTHER, None)
    found = told(work)
    assert "`n > 3` were `n >= 3`" in [each.change for each in found]
    assert found[0].test.splitlines() == [
        "def test_f():",
        f"    # to fail if {found[0].change}",
        "    assert f(...) == ...",
    ]
    assert len(work.ports.runner.requests) <= 12  # type: ignore[attr-defined]


def test_a_laboratory_that_does_not_even_pass_the_patch_is_not_asked():
    one = lab(calls((1, 2)))
    assert told(working(LOOSE, OTHER, one))
    assert one.asked == []


def test_nothing_is_looked_for_where_there_is_no_time():
    one = lab(LOOSE)
    work = working(LOOSE, OTHER, one, seconds=0)
    assert told(work) == ()
    assert one.screened == []


def test_it_ends_when_it_is_stopped():
    one = lab(LOOSE)
    work = working(LOOSE, OTHER, one)
    work.stop.set()
    assert told(work) == ()
    assert one.screened == []


def test_of_a_dud_there_is_nothing_to_tell():
    work = working(LOOSE, OTHER, None)
    assert unpinned(work, Attempt(Dud("nothing", "script"), None, Verdict(Ruling.DUD))) == ()


def test_known_flaky_tests_confirm_nothing():
    work = working(LOOSE, STRICT, lab(LOOSE))
    assert told(replace(work, flaky=frozenset({GREEN})))


@pytest.mark.parametrize(
    "after", [STUB, STUB + "\n# a remark\n", 'def f(n):\n    """Text."""\n    raise NotImplementedError\n']
)
def test_where_no_code_was_added_nothing_is_tried(after):
    work = working(LOOSE, OTHER, lab(LOOSE))
    assert told(work, after) == ()
    assert work.ports.runner.requests == []  # type: ignore[attr-defined]


def test_the_secret_of_an_input_is_not_told():
    text = "def f(n):\n    return n > 'sk-test-0123456789abcdefghij0123456789'\n"
    one = SievingLab(text, ("f('a')", "f('b')"), tests=())
    assert all("sk-test" not in each.test for each in told(working(LOOSE, OTHER, one), text))
