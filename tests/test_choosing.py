"""Several right patches side by side: which is taken, and what is asked then. With a laboratory in this process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from tddbot import events
from tddbot.choosing import chosen
from tddbot.domain import (
    Attempt,
    Brief,
    Candidate,
    Conclusion,
    Excerpt,
    Kind,
    Question,
    Resolution,
    Role,
    Ruling,
    Target,
    Usage,
    Verdict,
)
from tddbot.lab import Lab, LabRequest
from tddbot.loop import cycle
from tddbot.ports import Policy, Rung, RunRequest
from tddbot.preparing import planned
from tddbot.stop import Stop
from tests.fakes import FakeRunner, House, candidate, green_if, policy
from tests.generator.offline.asked import InProcessLab

PATH, TEST = "calc.py", "tests/test_calc.py"
RED = f"{TEST}::test_it"
BEFORE = "def f(n):\n    return n\n"
TEXT = "from calc import f\n\ndef test_it():\n    assert f(3) == 6\n"


def f(body: str) -> str:
    return f"def f(n):\n    {body}  # right\n"


def proposed(*bodies: str, usd: str = "0") -> list[Candidate]:
    return [candidate(PATH, BEFORE, f(body), Usage(1, 9, usd=Decimal(usd)), body) for body in bodies]


@dataclass
class LabRunner(FakeRunner):
    """A runner whose laboratory knows that the test calls f(3)."""

    asked: InProcessLab | None = None

    @contextmanager
    def lab(self, request: LabRequest) -> Iterator[Lab]:
        self.labs.append(request)
        self.asked = Started(BEFORE, ("f(3)",))
        yield self.asked


class Started(InProcessLab):
    def begin(self) -> None:
        """It is there already."""


def house(*rounds: Sequence[Candidate]) -> House:
    one = House({PATH: BEFORE, TEST: TEXT}, {RED: green_if(PATH, "# right")}, rounds)
    one.runner = LabRunner(one.runner.answer)
    one.ports = replace(one.ports, runner=one.runner)
    return one


def wide(width: int = 4, jobs: int = 1) -> Policy:
    return replace(policy(jobs=jobs), ladder=(Rung("large, side by side", "script", role="large", width=width),))


def resolved(of: House, rules: Policy) -> Resolution:
    _, [resolution] = cycle(of.ports, rules, lambda run: run.reds(), Stop())
    assert resolution.conclusion is Conclusion.FIXED
    return resolution


def note(resolution: Resolution) -> str:
    assert resolution.attempt is not None
    assert isinstance(resolution.attempt.proposal, Candidate)
    return resolution.attempt.proposal.note


# Through the loop.


@pytest.mark.parametrize("jobs", [1, 3])
def test_of_patches_that_do_alike_the_smallest_is_applied_and_nothing_is_asked(jobs: int) -> None:
    one = house(proposed("m = n\n    return m + m", "return n * 2", "return n + n if n else 0"))
    resolution = resolved(one, wide(jobs=jobs))
    assert (note(resolution), resolution.question, resolution.attempts) == ("return n * 2", None, 3)
    assert one.repository.contents[PATH] == f("return n * 2")


def test_where_they_differ_one_is_applied_and_the_question_goes_with_it() -> None:
    one = house(proposed("return n * 2", "return n + 3"))
    resolution = resolved(one, wide())
    assert note(resolution) == "return n * 2"
    question = resolution.question
    assert question is not None
    assert (question.call, question.path) == ("f(1)", TEST)
    assert [option.test for option in question.options] == [
        "def test_f_1():\n    assert f(1) == 2",
        "def test_f_1():\n    assert f(1) == 4",
    ]
    assert [option.note for option in question.options] == ["return n * 2", "return n + 3"]


def test_what_most_of_them_do_is_taken_though_another_is_smaller() -> None:
    one = house(proposed("return n+3", "m = n\n    return m * 2", "return n + n"))
    resolution = resolved(one, wide())
    assert note(resolution) == "return n + n"
    assert resolution.question is not None
    assert [option.note for option in resolution.question.options] == ["return n + n", "return n+3"]


def test_the_same_patch_twice_counts_twice() -> None:
    one = house(proposed("return n+3", "return n * 2", "return n * 2"))
    assert note(resolved(one, wide())) == "return n * 2"


def test_the_same_program_in_other_words_is_not_asked_and_the_smaller_one_is_taken() -> None:
    one = house(proposed("return (  n  *  2  )", "return n * 2"))
    resolution = resolved(one, wide())
    assert (note(resolution), resolution.question) == ("return n * 2", None)
    assert isinstance(one.runner, LabRunner)
    assert one.runner.asked is not None
    # What has only been learnt is looked for in each of them; between the two nothing is asked.
    assert len(set(one.runner.asked.asked)) == len(one.runner.asked.asked) / 2


def test_where_one_alone_was_asked_for_nobody_waits_and_nothing_is_asked() -> None:
    one = house(proposed("return n * 2", "return n + 3"))
    resolution = resolved(one, policy())
    assert (note(resolution), resolution.attempts, resolution.question) == ("return n * 2", 1, None)


def test_of_several_of_which_one_is_right_it_is_taken_and_nothing_is_asked() -> None:
    wrong = candidate(PATH, BEFORE, "def f(n):\n    return 7\n", note="wrong")
    one = house([wrong, *proposed("return n * 2")])
    resolution = resolved(one, wide())
    assert (note(resolution), resolution.question, resolution.attempts) == ("return n * 2", None, 2)


def test_all_that_were_accepted_are_told() -> None:
    one = house(proposed("return n * 2", "return n + 3", "return n - 1 + 4"))
    resolved(one, wide())
    assert [event.attempt.verdict.ruling for event in one.told.of(events.AttemptJudged)] == [Ruling.ACCEPTED] * 3


# By itself.


def choice(
    accepted: Sequence[Candidate], gated: Sequence[Candidate] = (), ruling: Ruling = Ruling.GATED
) -> tuple[Candidate, Question | None]:
    one = house()
    snapshot = one.repository.snapshot()
    baseline = one.runner.run(RunRequest(snapshot), Stop())
    target = Target("calc", (baseline.results[RED],))
    work = replace(planned(one.ports, wide(), snapshot, baseline, target, Stop()), lab=Started(BEFORE, ("f(3)",)))
    right = [Attempt(each, None, Verdict(Ruling.ACCEPTED), "a rung") for each in accepted]
    others = [Attempt(each, None, Verdict(ruling), "a rung") for each in gated]
    brief = Brief(target, (Excerpt(TEST, TEXT, Role.TEST),))
    attempt, question = chosen(work, brief, right, [*others, *right])
    assert attempt in right
    assert isinstance(attempt.proposal, Candidate)
    return attempt.proposal, question


def test_what_only_a_gate_stands_against_shows_what_the_tests_leave_open() -> None:
    taken, question = choice(proposed("return n * 2"), proposed("return n+3", "return n+ 3"))
    assert taken.note == "return n * 2"
    assert question is not None
    assert [option.note for option in question.options] == ["return n * 2", "return n+3"]


@pytest.mark.parametrize(
    "ruling", [each for each in Ruling if each not in (Ruling.GATED, Ruling.ACCEPTED)], ids=lambda each: each.value
)
def test_what_was_turned_down_for_any_other_reason_says_nothing(ruling: Ruling) -> None:
    assert choice(proposed("return n * 2"), proposed("return n+3"), ruling)[1] is None


def test_who_fails_on_ordinary_inputs_is_not_taken_though_most_do() -> None:
    taken, question = choice(proposed("return {3: 6}[n]", "return dict([(3, 6)])[n]", "return sum([n, n])"))
    assert taken.note == "return sum([n, n])"
    assert question is not None
    assert question.options[0].test.endswith("assert f(1) == 2")
    assert "pytest.raises(KeyError)" in question.options[1].test


def test_the_cheaper_of_two_that_are_as_good_is_taken() -> None:
    dear, cheap = proposed("return n * 2", usd="0.5")[0], proposed("return 2 * n", usd="0.1")[0]
    assert choice([dear, cheap])[0] is cheap


def test_what_claims_to_be_no_fix_is_no_rival() -> None:
    rollback = replace(proposed("return n + 3")[0], kind=Kind.ROLLBACK)
    assert choice(proposed("return n * 2"), [rollback])[1] is None
