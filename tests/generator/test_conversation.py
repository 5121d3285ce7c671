"""One conversation: files that are asked for, faulty answers, an overflow, and what each comes to."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tddbot.budget import Budget, Ledger
from tddbot.domain import Brief, Candidate, Dud, Excerpt, Proposal, Role
from tddbot.generator.asking.asking import Asker
from tddbot.generator.asking.gate import Gate
from tddbot.generator.conversation import MOST_LENT, Conversation, Speaker
from tddbot.generator.prompt.thread import Answered, Faulty, Lent, Refused, Withheld
from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.calls import Question
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.stop import Stop
from tests.fakes import FakePurse
from tests.generator import samples

NEED = "need-file helper.py\n"
HELPER = Excerpt("helper.py", "LIMIT = 9\n", Role.SOURCE)
OTHER_NODE = "tests/test_calc.py::test_double_too"
CONTRADICTION = f"tests-contradict\n- {samples.NODE}\n- {OTHER_NODE}\nThe same call, and 6 against 7.\n"


def said(text: str, reasoning: str = "") -> CallEnd:
    items = ({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]},)
    usage = {"input_tokens": 10, "output_tokens": 5}
    return CallEnd(End.OK, text=text, items=items, usage=usage, started=True, reasoning=reasoning)


@dataclass
class Model:
    """Answers in turn and keeps what it was asked."""

    ends: list[CallEnd]
    asked: list[Question] = field(default_factory=list)

    def __call__(self, question: Question, seconds: float, stop: Stop) -> CallEnd:
        self.asked.append(question)
        return self.ends.pop(0)

    def told(self, call: int) -> str:
        """What stands after the stable parts of a request."""
        return str(self.asked[call].prompt.appended)


def nothing_lent(path: str) -> Excerpt | str:
    return "it does not exist"


def talk(
    *answers: CallEnd | str,
    lend: Callable[[str], Excerpt | str] = nothing_lent,
    budget: Budget | None = None,
    brief: Brief | None = None,
    **more: int,
) -> tuple[Proposal, Model]:
    model = Model([said(answer) if isinstance(answer, str) else answer for answer in answers])
    settings = ModelSettings(retry_seconds=0.001)
    asker = Asker(
        model, None, settings, Ledger(budget or Budget()), FakePurse(), Gate(4), Stop(), "model:m", "target"
    )  # fmt: skip
    sizes = {"context": 100_000, "output_cap": 1000, **more}
    speaker = Speaker(
        brief or samples.brief(), "m", "low", sizes["context"], sizes["output_cap"], asker, samples.nothing, lend, (),
        lambda call: f"{call.end.value} {call.detail}".strip(),
    )  # fmt: skip
    return Conversation(speaker, ()).proposal(), model


def test_an_answer_becomes_a_candidate_with_the_thread_that_led_to_it() -> None:
    proposal, _ = talk(said(samples.RIGHT, "It doubles, so it multiplies."))
    assert isinstance(proposal, Candidate)
    assert proposal.note == "It must multiply."
    assert (proposal.model, proposal.effort) == ("m", "low")
    assert proposal.reasoning == "It doubles, so it multiplies."
    assert [type(turn) for turn in proposal.replay] == [Answered]


def test_a_file_that_is_asked_for_is_shown_and_may_then_be_edited() -> None:
    edit = "The limit is wrong.\n\nhelper.py\n```python\nLIMIT = 10\n```\n"
    proposal, model = talk(NEED, edit, lend=lambda path: HELPER)
    assert isinstance(proposal, Candidate)
    assert proposal.patch.paths == ("helper.py",)
    assert proposal.usage.calls == 2
    assert [type(turn) for turn in proposal.replay] == [Answered, Lent, Answered]
    assert "LIMIT = 9" in model.told(1)


def test_a_file_that_is_withheld_is_said_to_be() -> None:
    proposal, model = talk(NEED, samples.RIGHT)
    assert isinstance(proposal, Candidate)
    assert isinstance(proposal.replay[1], Withheld)
    assert "it does not exist" in model.told(1)


def test_no_more_than_three_files_are_lent_and_asking_ends() -> None:
    def lend(path: str) -> Excerpt | str:
        return Excerpt(path, "x = 1\n", Role.SOURCE)

    wishes = [f"need-file a{number}.py\nneed-file b{number}.py\n" for number in range(6)]
    proposal, model = talk(*wishes, lend=lend)
    lent = [turn for turn in proposal.replay if isinstance(turn, Lent)]
    assert isinstance(proposal, Dud)
    assert proposal.final
    assert len(lent) == MOST_LENT
    assert len(model.asked) == MOST_LENT + 3


def test_a_faulty_answer_is_mended_with_the_nearest_lines_and_then_in_whole_files() -> None:
    faulty = "calc.py\n```python\n<<<<<<< SEARCH\ndef doubel(x):\n=======\ndef double(y):\n>>>>>>> REPLACE\n```\n"
    proposal, model = talk(faulty, faulty, samples.RIGHT)
    assert isinstance(proposal, Candidate)
    assert "def double(x):" in model.told(1)
    mends = [turn for turn in proposal.replay if isinstance(turn, Faulty)]
    assert [turn.whole_files for turn in mends] == [False, True]


def test_what_cannot_be_mended_twice_goes_to_the_next_rung() -> None:
    proposal, model = talk("I would change it.", "Really.", "Trust me.")
    assert isinstance(proposal, Dud)
    assert (proposal.final, proposal.out_of_means) == (True, False)
    assert "no edit" in proposal.reason
    assert len(model.asked) == 3


def test_tests_that_contradict_each_other_are_a_dud_that_names_them() -> None:
    both = samples.TEST_TEXT + "\n\ndef test_double_too():\n    assert double(3) == 7\n"
    model = Model([said(CONTRADICTION)])
    brief = samples.brief()
    shown = tuple(
        Excerpt(each.path, both, each.role) if each.role is Role.TEST else each for each in brief.excerpts
    )  # fmt: skip
    asker = Asker(
        model, None, ModelSettings(), Ledger(Budget()), FakePurse(), Gate(4), Stop(), "model:m", "target"
    )  # fmt: skip
    speaker = Speaker(
        type(brief)(brief.target, shown), "m", "low", 100_000, 1000, asker, samples.nothing, nothing_lent, (), str
    )
    proposal = Conversation(speaker, ()).proposal()
    assert isinstance(proposal, Dud)
    assert proposal.contradiction == (samples.NODE, OTHER_NODE)
    assert (proposal.final, proposal.out_of_means) == (True, False)
    assert "6 against 7" in proposal.reason


def test_a_refusal_leaves_its_mark_and_nothing_to_replay() -> None:
    proposal, _ = talk(CallEnd(End.REFUSAL, "I will not.", started=True))
    assert isinstance(proposal, Dud)
    assert proposal.replay == (Refused(),)
    assert proposal.final


def test_an_overflow_leaves_out_more_and_more_and_then_gives_up() -> None:
    overflow = CallEnd(End.OVERFLOW, "too long")
    more = Excerpt("", "calc.py: double\n", Role.MAP), Excerpt("tests/test_other.py", "x = 1\n", Role.SIBLING)
    proposal, model = talk(overflow, overflow, overflow, brief=samples.brief(samples.SOURCE, *more))
    assert isinstance(proposal, Dud)
    assert len(model.asked) == 3
    assert "longer than the model's context" in proposal.reason


def test_an_overflow_that_names_the_context_is_heeded() -> None:
    proposal, model = talk(CallEnd(End.OVERFLOW, "8192 at most", context=8192), samples.RIGHT, output_cap=6000)
    assert isinstance(proposal, Candidate)
    assert [question.output_cap for question in model.asked] == [6000, 4096]


def test_a_brief_that_fits_no_context_is_never_sent() -> None:
    proposal, model = talk(samples.RIGHT, context=200)
    assert isinstance(proposal, Dud)
    assert proposal.final
    assert model.asked == []


def test_a_limit_in_the_middle_of_a_conversation_keeps_its_bill() -> None:
    proposal, _ = talk("I would change it.", samples.RIGHT, budget=Budget(calls=1))
    assert isinstance(proposal, Dud)
    assert proposal.usage.calls == 1
    assert proposal.out_of_means
    assert "1 model calls" in proposal.reason


@pytest.mark.parametrize("end", [End.TRANSIENT, End.AUTHENTICATION, End.QUOTA, End.PROTOCOL])
def test_what_no_other_rung_would_mend_is_out_of_means(end: End) -> None:
    proposal, _ = talk(*[CallEnd(end)] * 4)
    assert isinstance(proposal, Dud)
    assert proposal.out_of_means
