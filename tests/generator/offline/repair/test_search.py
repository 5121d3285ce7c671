import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import pytest

from tddbot.budget import Budget, Ledger
from tddbot.domain import Candidate, Dud, Edit, Outcome, Patch, Result
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.repair.repair import repair
from tddbot.lab import Example, Fate, Red, Screened
from tddbot.ports import Past, ProposalRequest, Rung
from tddbot.stop import Stop
from tests.fakes import NoLab
from tests.generator.offline.making import PATH, after, brief

CODE = "def f(a, b):\n    c = a < b\n    return c\n"
MEANT = "def f(a, b):\n    c = a <= b\n    return c\n"

Trial = Callable[[str], Screened | Fate]


class ScriptedLab(NoLab):
    """Says by a function of the text what comes of a candidate; nothing can be asked here."""

    def __init__(self, trial: Trial, ahead: int = 1, faulty_after: int | None = None) -> None:
        self.fault = ""
        self.tried: list[str] = []
        self._trial = trial
        self._ahead = ahead
        self._faulty_after = faulty_after

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        waiting: list[Patch] = []
        drawn = iter(patches)
        while not stop.is_set():
            waiting.extend(islice(drawn, self._ahead - len(waiting)))
            if not waiting:
                return
            if len(self.tried) == self._faulty_after:
                self.fault = "the jail has gone"
                return
            patch = waiting.pop(0)
            text = patch.edits[0].after or ""
            self.tried.append(text)
            came = self._trial(text)
            yield came if isinstance(came, Screened) else Screened(patch, came)


def inquiry(lab: ScriptedLab, text: str = CODE, ledger: Ledger | None = None, **given: object) -> Inquiry:
    request = ProposalRequest(brief(text, **given), Rung("offline", "offline"), lab=lab)  # type: ignore[arg-type]
    return Inquiry(request, ledger or Ledger(Budget()), Stop())


def one_of(*meant: str) -> Trial:
    return lambda text: Fate.PASSED if text in meant else Fate.RED


def test_what_passes_is_proposed_and_nothing_else() -> None:
    lab = ScriptedLab(one_of(MEANT))
    (made,) = repair(inquiry(lab))
    assert isinstance(made, Candidate)
    assert after(made) == MEANT
    assert made.note == "calc.py:2 `<` becomes `<=`"


def test_once_one_has_passed_only_what_is_nearly_as_likely_is_tried() -> None:
    lab = ScriptedLab(one_of(MEANT))
    list(repair(inquiry(lab)))
    every = ScriptedLab(one_of())
    list(repair(inquiry(every)))
    assert lab.tried == every.tried[: len(lab.tried)]
    assert len(lab.tried) < len(every.tried) / 4


def test_common_slips_are_all_tried_before_any_far_fetched_one() -> None:
    far = "def f(a, b):\n    c = a < b\n    return sorted(c)\n"
    lab = ScriptedLab(one_of(far))
    (made,) = repair(inquiry(lab))
    assert isinstance(made, Candidate)
    assert after(made) == far
    near = "def f(a, b):\n    c = a < b\n    return not c\n"
    lab = ScriptedLab(one_of(far, near))
    (made,) = repair(inquiry(lab))
    assert isinstance(made, Candidate)
    assert after(made) == near
    assert far not in lab.tried


def test_no_program_is_tried_twice() -> None:
    lab = ScriptedLab(one_of())
    list(repair(inquiry(lab)))
    assert len(lab.tried) == len(set(lab.tried)) > 50


def test_different_edits_that_pass_are_a_question() -> None:
    other = "def f(a, b):\n    c = a > b\n    return c\n"
    (made,) = repair(inquiry(ScriptedLab(one_of(MEANT, other))))
    assert isinstance(made, Dud)
    assert not made.final
    assert made.generator == "offline repair"
    assert made.reason == "2 different edits pass all tests: one more test decides it"
    assert made.question is not None
    assert [option.patch.edits[0].after for option in made.question.options] == [MEANT, other]


def test_where_nothing_passes_it_says_so_and_what_came_nearest() -> None:
    near = "def f(a, b):\n    c = a >= b\n    return c\n"

    def trial(text: str) -> Screened:
        won = 3 if text == near else 0
        red = Red("tests/test_calc.py::test_it", "AssertionError", "assert 3 == 4")
        return Screened(Patch(()), Fate.RED, (red,), won)

    lab = ScriptedLab(trial)
    asked = inquiry(lab)
    assert list(repair(asked)) == []
    assert asked.reasons == [f"none of {len(lab.tried)} single edits passes all tests"]
    why = "tests/test_calc.py::test_it fails with AssertionError: assert 3 == 4"
    assert asked.rejected[0] == f"calc.py:2 `<` becomes `>=`: wins 3 tests, but {why}"
    assert asked.rejected[1].endswith(f": {why}")
    assert len(asked.rejected) == 10


def test_what_takes_too_long_or_ends_the_process_is_rejected_like_any_other() -> None:
    fates = iter([Fate.TIMEOUT, Fate.DIED])
    asked = inquiry(ScriptedLab(lambda text: next(fates, Fate.UNFIT)))
    assert list(repair(asked)) == []
    assert [each.rpartition(": ")[2] for each in asked.rejected] == ["takes too long", "ends the process"]


def test_a_place_at_which_three_took_too_long_is_given_up() -> None:
    lab = ScriptedLab(lambda text: Fate.TIMEOUT if "a < b" not in text else Fate.RED)
    list(repair(inquiry(lab)))
    compared = [text for text in lab.tried if re.search(r"c = a (<=|>|>=|==|!=|is) b\n", text)]
    assert len(compared) == 3


def test_a_statement_at_which_some_took_too_long_waits_for_the_others() -> None:
    lab = ScriptedLab(lambda text: Fate.TIMEOUT if "    c = a < b\n" not in text else Fate.RED)
    list(repair(inquiry(lab)))
    first = [number for number, text in enumerate(lab.tried) if "    c = a < b\n" not in text]
    assert first[3] > first[2] + 1


@pytest.mark.parametrize(("outcome", "seconds"), [(Outcome.FAILED, 5.0), (Outcome.TIMEOUT, 15.0)])
def test_a_search_takes_so_long_and_longer_where_the_tests_take_too_long(outcome: Outcome, seconds: float) -> None:
    now = 0.0

    def trial(text: str) -> Fate:
        nonlocal now
        now += 1.0
        return Fate.RED

    lab = ScriptedLab(trial)
    asked = inquiry(lab, ledger=Ledger(Budget(), clock=lambda: now))
    of = asked.request.brief
    target = type(of.target)("calc", (Result("tests/test_calc.py::test_it", outcome),))
    asked.request = type(asked.request)(type(of)(target, of.excerpts, of.red_lines), asked.request.rung, lab=lab)
    list(repair(asked))
    rare = 12 if outcome is Outcome.TIMEOUT else 4
    # The clock starts with the first result, and what is drawn when it ends is still tried.
    assert len(lab.tried) == seconds + 2 + rare + 2


def test_the_ledger_ends_it() -> None:
    now = 0.0

    def trial(text: str) -> Fate:
        nonlocal now
        now += 1.0
        return Fate.RED

    lab = ScriptedLab(trial)
    assert list(repair(inquiry(lab, ledger=Ledger(Budget(seconds=2.0), clock=lambda: now)))) == []
    assert len(lab.tried) == 2


def test_a_stop_ends_it() -> None:
    asked = inquiry(ScriptedLab(one_of()))
    lab = ScriptedLab(lambda text: asked.stop.set() or Fate.RED)
    asked.request = type(asked.request)(asked.request.brief, asked.request.rung, lab=lab)
    assert list(repair(asked)) == []
    assert len(lab.tried) == 1


def test_what_was_drawn_ahead_is_not_mixed_up() -> None:
    (made,) = repair(inquiry(ScriptedLab(one_of(MEANT), ahead=7)))
    assert isinstance(made, Candidate)
    assert after(made) == MEANT


def test_without_a_laboratory_common_slips_are_proposed_unscreened() -> None:
    lab = ScriptedLab(one_of(), faulty_after=2)
    made = list(repair(inquiry(lab)))
    assert len(made) > 20
    assert all(isinstance(each, Candidate) for each in made)


def test_a_question_stands_though_the_laboratory_ends_with_it() -> None:
    lab = Breaking(one_of(*_first_two()))
    (asked,) = repair(inquiry(lab))
    assert lab.fault
    assert isinstance(asked, Dud)
    assert asked.question is not None
    assert len(asked.question.options) == 2


class Breaking(ScriptedLab):
    """Is gone as soon as it is asked anything."""

    def examples(self, path: str, function: str, stop: Stop, patch: Patch | None = None) -> tuple[Example, ...]:
        self.fault = "the jail has gone"
        return super().examples(path, function, stop, patch)


def _first_two() -> list[str]:
    lab = ScriptedLab(one_of())
    list(repair(inquiry(lab)))
    return lab.tried[:2]


def test_what_was_written_since_the_tests_were_green_comes_first() -> None:
    code = "def f(a, b):\n    c = a < b\n    return [c, a < b]\n"
    green = code.replace("[c, a < b]", "[c, b < a]")

    def order(past: Past | None) -> list[str]:
        lab = ScriptedLab(one_of())
        asked = inquiry(lab, code)
        request = ProposalRequest(asked.request.brief, asked.request.rung, lab=lab, past=lambda: past)
        list(repair(Inquiry(request, asked.ledger, asked.stop)))
        return lab.tried

    meant = code.replace("[c, a < b]", "[c, a <= b]")
    since = Past(Patch((Edit(PATH, green, code),)), was_green=True)
    uncommitted = Past(Patch((Edit(PATH, green, code),)), was_green=False)
    assert order(since)[0] == meant
    assert order(None)[0] != meant
    assert order(since).index(meant) <= order(uncommitted).index(meant) < order(None).index(meant)


def test_what_takes_out_lines_makes_those_beside_it_suspect() -> None:
    code = "def f(a, b):\n    c = a < b\n    d = 1\n    return [c, a < b]\n"
    past = Past(Patch((Edit(PATH, code.replace("    return", "    d = 2\n    return"), code),)), was_green=True)
    lab = ScriptedLab(one_of())
    request = ProposalRequest(brief(code), Rung("offline", "offline"), lab=lab, past=lambda: past)
    list(repair(Inquiry(request, Ledger(Budget()), Stop())))
    assert lab.tried[0] == code.replace("[c, a < b]", "[c, a <= b]")
