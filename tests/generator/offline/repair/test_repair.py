import subprocess
import sys
from dataclasses import replace
from itertools import islice

import pytest

from tddbot.budget import Budget, Ledger
from tddbot.domain import Attempt, Brief, Dud, Excerpt, Failure, Frame, Proposal, Role, Ruling, Verdict
from tddbot.generator.offline.offline_generator import OfflineGenerator
from tddbot.ports import Generator
from tddbot.stop import Stop
from tests.generator.offline.making import PATH, after, brief, candidates, propose

CODE = "def f(a, b):\n    return a < b and a + 1 != b\n"


def only_dud(of: Brief, **given: object) -> Dud:
    (dud,) = propose(of, **given)  # type: ignore[arg-type]
    assert isinstance(dud, Dud)
    assert dud.final
    assert dud.generator == "offline"
    return dud


def tried(proposal: Proposal) -> Attempt:
    return Attempt(proposal, None, Verdict(Ruling.STILL_RED))


def test_it_is_a_generator_of_the_port() -> None:
    generator: Generator = OfflineGenerator()
    assert generator


def test_no_more_than_the_width_is_proposed() -> None:
    assert len(list(propose(brief(CODE), width=3))) == 3
    assert list(propose(brief(CODE), width=3)) == candidates(brief(CODE))[:3]


def test_each_patch_is_one_edit_of_the_source() -> None:
    made = candidates(brief(CODE))
    assert {each.patch.paths for each in made} == {(PATH,)}
    assert {each.patch.edits[0].before for each in made} == {CODE}


def test_in_a_further_round_it_has_nothing_left_to_say() -> None:
    history = [tried(each) for each in islice(propose(brief(CODE)), 1)]
    assert only_dud(brief(CODE), history=history).reason == "every single edit of what the red tests ran was tried"


def test_a_stop_ends_it_between_two_candidates() -> None:
    stop = Stop()
    proposals = propose(brief(CODE), stop=stop)
    next(proposals)
    stop.set()
    assert list(proposals) == []


def test_a_stop_before_the_start_proposes_nothing() -> None:
    stop = Stop()
    stop.set()
    assert list(propose(brief(CODE), stop=stop)) == []


def test_an_exhausted_ledger_ends_it_between_two_candidates() -> None:
    now = 0.0
    ledger = Ledger(Budget(seconds=10), clock=lambda: now)
    proposals = propose(brief(CODE), ledger=ledger)
    next(proposals)
    now = 11.0
    assert list(proposals) == []


def test_a_file_that_only_later_candidates_need_is_not_read_for_the_first() -> None:
    asked: list[str] = []

    class Watched(str):
        __slots__ = ()

        def encode(self, *given: str, **named: str) -> bytes:
            asked.append("encoded")
            return super().encode(*given, **named)

    of = brief(CODE)
    constants = Excerpt("settings.py", Watched("LIMIT = 1\n"), Role.SOURCE)
    proposals = propose(replace(of, excerpts=(*of.excerpts, constants)))
    next(proposals)
    assert asked == []
    list(proposals)
    assert asked


@pytest.mark.parametrize(
    "path", ["tests/helpers.py", "test_calc.py", "conftest.py", "setup.py", "../calc.py", "calc.txt"]
)
def test_what_is_protected_or_no_python_is_never_changed(path: str) -> None:
    of = Brief(brief(CODE).target, (Excerpt(path, CODE, Role.SOURCE),), {path: frozenset({1, 2})})
    assert only_dud(of).reason == "no Python file under test may be changed"


def test_the_project_may_protect_more() -> None:
    assert only_dud(brief(CODE), protected=["cal*"]).reason == "no Python file under test may be changed"


def test_tests_in_a_brief_are_never_changed() -> None:
    of = brief(CODE)
    test = Excerpt("checks.py", CODE, Role.TEST)
    of = replace(of, excerpts=(test, *of.excerpts), red_lines={**of.red_lines, "checks.py": frozenset({1, 2})})
    assert {each.patch.paths for each in candidates(of)} == {(PATH,)}


def test_a_module_that_does_not_exist_is_left_to_others() -> None:
    of = Brief(brief(CODE).target, (Excerpt("new.py", "", Role.MISSING),))
    assert only_dud(of).reason == "a module under test does not exist yet: offline repair only mends code that is there"


def test_red_tests_that_run_no_code_of_the_repository_are_no_case_for_it() -> None:
    of = replace(brief(CODE), red_lines={"tests/test_calc.py": frozenset({1})})
    assert only_dud(of).reason == "the red tests ran no line of the repository's own code"


def test_without_trace_and_traceback_it_does_not_guess() -> None:
    of = replace(brief(CODE), red_lines={})
    assert only_dud(of).reason == "neither a trace nor a traceback says which lines the red tests ran"


def test_lines_that_offer_no_edit_are_said_to() -> None:
    assert "no single edit" in only_dud(brief("def f():\n    pass\n")).reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def f(:\n", "calc.py is not Python"),
        ("x = 1 +\n", "calc.py is not Python"),
        ("x = '\0'\n", "calc.py is not Python"),
        (f"x = {'-' * 9000}1\n", "calc.py nests too deeply to be read"),
        (f"x = {'+'.join('1' * 900)}\n", "calc.py nests too deeply to be read"),
        (f"x = 1{' and 1' * 20000}\n", "calc.py nests too deeply to be read"),
        ("x = 1\ry = 2\r", "calc.py has a layout that would not survive an edit"),
    ],
    ids=["colon", "operand", "nul", "signs", "sum", "and", "old endings"],
)
def test_a_file_that_cannot_be_parsed_is_named(text: str, reason: str) -> None:
    assert only_dud(brief(text)).reason.startswith(reason)


def test_a_file_that_cannot_be_parsed_does_not_keep_others_from_repair() -> None:
    of = brief(CODE)
    broken = Excerpt("broken.py", "def f(:\n", Role.SOURCE)
    of = replace(of, excerpts=(broken, *of.excerpts), red_lines={**of.red_lines, "broken.py": frozenset({1})})
    assert candidates(of) == candidates(brief(CODE))


def test_a_candidate_that_does_not_compile_is_left_out() -> None:
    made = {after(each) for each in candidates(brief("async def f(a):\n    yield a\n    for x in a:\n        break\n"))}
    assert all(compile(text, PATH, "exec") for text in made)


def test_code_that_python_warns_of_is_mended_without_a_word() -> None:
    assert candidates(brief("def f(a):\n    return a is 1, '\\d'\n"))


def test_frames_outside_of_the_brief_do_no_harm() -> None:
    failure = Failure(
        "call", "ValueError", "", (Frame("/usr/lib/python3/json.py", 3, "loads"), Frame("gone.py", 1, "f"))
    )
    assert candidates(brief(CODE, failure=failure))


def test_a_brief_without_any_file_is_a_dud() -> None:
    assert only_dud(replace(brief(CODE), excerpts=())).reason == "no Python file under test may be changed"


def test_a_width_of_nothing_proposes_nothing() -> None:
    assert list(propose(brief(CODE), width=0)) == []


def test_importing_it_does_not_import_libcst() -> None:
    code = "import sys, tddbot.generator.offline.repair.repair; sys.exit('libcst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        f"x = [a{' for a in a' * 20_000}]\n",
        f"x = a{' or a and a' * 10_000}\n",
        f"x = a{'[0]' * 900}\n",
        f"match a:\n    case {'(' * 40}1{')' * 40}:\n        pass\n",
        f"match a:\n    case (\n{'(' * 40}\n{'(1,)' + ',)' * 39}\n{')' * 1}:\n        pass\n",
        f"match a:\n    case 1: pass\n    case {'[' * 40}{']' * 40}:\n        pass\n",
        "\n" * 150_000,
        f"import a{'.a' * 50_000}\n",
    ],
    ids=["comprehension", "connectives", "subscripts", "groups", "groups over lines", "lists", "lines", "dots"],
)
def test_a_file_that_would_end_or_stall_the_parsers_is_named_and_others_are_mended(text: str) -> None:
    of = brief(CODE)
    harmful = Excerpt("harmful.py", text, Role.SOURCE)
    both = replace(of, excerpts=(harmful, *of.excerpts), red_lines={**of.red_lines, "harmful.py": frozenset({1})})
    assert candidates(both) == candidates(of)
    assert only_dud(brief(text)).reason


def test_ordinary_patterns_are_mended() -> None:
    head = "def f(a):\n    match a:\n        case [(1, 2), {'x': [3, Point(x=(4), y=_)]}]:\n"
    code = head + "            return g([[[[[[a]]]]]])\n"
    assert candidates(brief(code))
