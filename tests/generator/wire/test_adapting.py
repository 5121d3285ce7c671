"""The dialect of a server is found by its refusals, once for each model, and remembered."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tddbot.generator.prompt.prompt import Prompt
from tddbot.generator.wire.adapting import CONTEXT, DIALECT, adapting
from tddbot.generator.wire.calls import Accepted, Question
from tddbot.generator.wire.dialect import Api, Cap, Dialect, Speaker, to_facts
from tddbot.generator.wire.endings import CallEnd, End, of_status
from tddbot.stop import Stop
from tests.fakes import FakeMemory

QUESTION = Question("m", "low", Prompt("Rules.", ()), 32_000)
ANSWER = CallEnd(End.OK, text="Right.", started=True)
NO_PATH = of_status(404, {"detail": "Not Found"}, {})
NO = of_status(400, {"error": {"message": "no"}}, {})
CHAT = Dialect(api=Api.CHAT)


@dataclass
class Wire:
    """Answers each call by a rule, and keeps what was sent."""

    rule: Callable[[Question, Dialect], CallEnd]
    sent: list[tuple[Question, Dialect]] = field(default_factory=list)

    def __call__(self, question: Question, dialect: Dialect, seconds: float, stop: Stop, accepted: Accepted) -> CallEnd:
        self.sent.append((question, dialect))
        ended = self.rule(question, dialect)
        if ended.end is End.OK:
            accepted()
        return ended

    @property
    def dialects(self) -> list[Dialect]:
        return [dialect for _, dialect in self.sent]


def chat_only(_: Question, dialect: Dialect) -> CallEnd:
    return ANSWER if dialect.api is Api.CHAT else NO_PATH


def old_chat_only(_: Question, dialect: Dialect) -> CallEnd:
    if dialect.api is Api.RESPONSES:
        return NO_PATH
    return ANSWER if dialect.role is Speaker.SYSTEM and dialect.cap is Cap.OLD else NO


def test_case_8_a_404_on_responses_means_chat_which_is_remembered_and_not_looked_for_again() -> None:
    wire, memory = Wire(chat_only), FakeMemory()
    dial = adapting(wire, memory, "http://a/v1")
    assert [dial(QUESTION, 60, Stop()).end for _ in range(3)] == [End.OK] * 3
    assert [dialect.api for dialect in wire.dialects] == ["responses", "chat", "chat", "chat"]
    later = Wire(chat_only)
    assert adapting(later, memory, "http://a/v1")(QUESTION, 60, Stop()) == ANSWER
    assert later.dialects == [CHAT]


def test_case_9_a_500_on_the_developer_role_means_the_system_role_within_one_retry() -> None:
    def crashing(_: Question, dialect: Dialect) -> CallEnd:
        if dialect.api is Api.RESPONSES:
            return NO_PATH
        return ANSWER if dialect.role is Speaker.SYSTEM else of_status(500, "Internal Server Error", {})

    wire = Wire(crashing)
    assert adapting(wire, FakeMemory(), "s")(QUESTION, 60, Stop()) == ANSWER
    assert [dialect.role for dialect in wire.dialects] == ["developer", "developer", "system"]


def test_another_server_or_model_is_asked_anew() -> None:
    wire, memory = Wire(chat_only), FakeMemory()
    adapting(wire, memory, "a")(QUESTION, 60, Stop())
    adapting(wire, memory, "b")(QUESTION, 60, Stop())
    assert set(memory.known) == {("a", "m"), ("b", "m")}
    assert len(wire.sent) == 4


def test_what_is_refused_in_every_dialect_ends_with_the_refusal_that_tells_most() -> None:
    wire, memory = Wire(lambda _, dialect: NO if dialect.api is Api.RESPONSES else NO_PATH), FakeMemory()
    ended = adapting(wire, memory, "s")(QUESTION, 60, Stop())
    assert (ended, ended.started) == (NO, False)
    assert len(wire.sent) == 2
    assert not memory.known


def test_a_dialect_that_is_refused_by_now_in_all_its_forms_is_looked_for_from_the_start_once() -> None:
    bare = Dialect(Api.CHAT, Speaker.SYSTEM, Cap.OLD, (), False, False, False, False, True, False)
    memory = FakeMemory({("s", "m"): {DIALECT: to_facts(bare)}})
    wire = Wire(lambda _, dialect: NO_PATH if dialect.api is Api.CHAT else ANSWER)
    assert adapting(wire, memory, "s")(QUESTION, 60, Stop()) == ANSWER
    assert wire.dialects == [bare, Dialect()]
    assert memory.known["s", "m"][DIALECT] == to_facts(Dialect())
    hopeless = Wire(lambda *_: NO)
    assert adapting(hopeless, memory, "s")(QUESTION, 60, Stop()) == NO
    assert hopeless.dialects[0] == Dialect()
    assert len(hopeless.sent) == 4


@pytest.mark.parametrize("junk", [7, {"api": "smoke"}, [], None])
def test_damaged_facts_count_as_none(junk: object) -> None:
    wire = Wire(lambda *_: ANSWER)
    adapting(wire, FakeMemory({("s", "m"): {DIALECT: junk, CONTEXT: junk}}), "s")(QUESTION, 60, Stop())
    assert wire.dialects == [Dialect()]


def test_a_pinned_api_is_the_only_one() -> None:
    wire, memory = Wire(chat_only), FakeMemory({("s", "m"): {DIALECT: to_facts(CHAT)}})
    ended = adapting(wire, memory, "s", api="responses")(QUESTION, 60, Stop())
    assert ended == NO_PATH
    assert {dialect.api for dialect in wire.dialects} == {Api.RESPONSES}
    wire = Wire(chat_only)
    assert adapting(wire, FakeMemory(), "s", api="chat")(QUESTION, 60, Stop()) == ANSWER
    assert wire.dialects == [CHAT]


@pytest.mark.parametrize("end", [End.RATE_LIMIT, End.TRANSIENT, End.AUTHENTICATION, End.TIMEOUT, End.UNKNOWN_MODEL])
def test_an_ending_that_is_no_refusal_is_not_probed_further_nor_remembered(end: End) -> None:
    wire, memory = Wire(lambda *_: CallEnd(end)), FakeMemory()
    assert adapting(wire, memory, "s")(QUESTION, 60, Stop()).end is end
    assert len(wire.sent) == 1
    assert not memory.known


@pytest.mark.parametrize("end", [End.REFUSAL, End.TRUNCATED, End.EMPTY])
def test_an_answer_of_no_use_shows_as_well_that_the_dialect_is_taken(end: End) -> None:
    memory = FakeMemory()
    adapting(Wire(lambda *_: CallEnd(end, started=True)), memory, "s")(QUESTION, 60, Stop())
    assert memory.known["s", "m"][DIALECT] == to_facts(Dialect())


def test_another_effort_that_is_refused_is_narrowed_without_looking_for_all_the_rest_again() -> None:
    def rule(question: Question, dialect: Dialect) -> CallEnd:
        if dialect.effort(question.effort) == "xhigh":
            words = "Unsupported value: 'xhigh'. Supported values are: 'low', 'medium' and 'high'."
            return of_status(400, {"error": {"message": words, "param": "reasoning_effort"}}, {})
        return chat_only(question, dialect)

    wire = Wire(rule)
    dial = adapting(wire, FakeMemory(), "s")
    hard = Question("m", "xhigh", QUESTION.prompt, 32_000)
    assert [dial(question, 60, Stop()).end for question in (QUESTION, hard, hard)] == [End.OK] * 3
    assert [dialect.api for dialect in wire.dialects] == ["responses", "chat", "chat", "chat", "chat"]
    assert wire.dialects[-1].effort("xhigh") == "high"


def side_by_side(dial: Callable[[], CallEnd], count: int = 4) -> list[CallEnd]:
    ended: list[CallEnd] = []
    threads = [threading.Thread(target=lambda: ended.append(dial())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_of_four_calls_side_by_side_one_finds_the_dialect_and_the_others_wait_for_it() -> None:
    together = threading.Barrier(4)

    def rule(question: Question, dialect: Dialect) -> CallEnd:
        if dialect == CHAT:
            # Nobody is kept until the first answer is whole: all four are here at once.
            together.wait(30)
        return chat_only(question, dialect)

    class Early(Wire):
        def __call__(self, question: Question, dialect: Dialect, seconds: float, stop: Stop, accepted: Accepted):
            if dialect == CHAT:
                accepted()
            return super().__call__(question, dialect, seconds, stop, accepted)

    wire = Early(rule)
    dial = adapting(wire, FakeMemory(), "s")
    assert [call.end for call in side_by_side(lambda: dial(QUESTION, 60, Stop()))] == [End.OK] * 4
    assert sorted(dialect.api for dialect in wire.dialects) == ["chat"] * 4 + ["responses"]


def test_of_four_calls_side_by_side_one_finds_out_that_there_is_no_dialect() -> None:
    begun = threading.Event()

    def rule(*_: object) -> CallEnd:
        begun.wait(30)
        return NO

    wire = Wire(rule)
    dial = adapting(wire, FakeMemory(), "s")
    threading.Timer(0.3, begun.set).start()
    assert side_by_side(lambda: dial(QUESTION, 60, Stop())) == [NO] * 4
    assert len(wire.sent) == 4


@pytest.mark.parametrize("how", ["deadline", "stop"])
def test_waiting_for_another_call_ends_with_ones_own_deadline_or_stop(how: str) -> None:
    begun, released, stop = threading.Event(), threading.Event(), Stop()

    def rule(*_: object) -> CallEnd:
        begun.set()
        released.wait(30)
        return ANSWER

    wire = Wire(rule)
    dial = adapting(wire, FakeMemory(), "s")
    first = threading.Thread(target=lambda: dial(QUESTION, 60, Stop()))
    first.start()
    begun.wait(30)
    if how == "stop":
        stop.set()
    ended = dial(QUESTION, 0.05 if how == "deadline" else 60, stop)
    released.set()
    first.join()
    assert (ended.end, ended.started) == (End.CANCELLED if how == "stop" else End.TIMEOUT, False)
    assert len(wire.sent) == 1


def test_a_search_ends_at_the_deadline() -> None:
    now = [0.0]

    def rule(*_: object) -> CallEnd:
        now[0] += 40
        return NO

    wire = Wire(rule)
    ended = adapting(wire, FakeMemory(), "s", clock=lambda: now[0])(QUESTION, 60, Stop())
    assert (ended.end, ended.started) == (End.TIMEOUT, False)
    assert len(wire.sent) == 2


def overflowing(question: Question, _: Dialect) -> CallEnd:
    if question.output_cap > 8_000:
        words = "This model's maximum context length is 8192 tokens. However, you requested 33000 tokens."
        return of_status(400, {"error": {"message": words}}, {})
    return ANSWER


def test_a_context_that_the_server_names_is_remembered_and_bounds_the_output() -> None:
    wire, memory = Wire(overflowing), FakeMemory()
    dial = adapting(wire, memory, "s")
    small = Question("m", "", Prompt("x" * 1_500, ()), 32_000)
    assert [dial(small, 60, Stop()).end for _ in range(2)] == [End.OK] * 2
    caps = [question.output_cap for question, _ in wire.sent]
    assert caps[0] == 32_000
    assert caps[1] == caps[2] < 8_192 - 500
    assert memory.known["s", "m"][CONTEXT] == 8192


def test_a_prompt_that_does_not_fit_in_itself_is_told_with_the_context() -> None:
    wire = Wire(overflowing)
    long = Question("m", "", Prompt("x" * 30_000, ()), 32_000)
    ended = adapting(wire, FakeMemory(), "s")(long, 60, Stop())
    assert (ended.end, ended.context) == (End.OVERFLOW, 8192)
    assert len(wire.sent) == 1


def test_an_answer_cut_short_by_a_remembered_context_forgets_it() -> None:
    wire = Wire(lambda question, _: ANSWER if question.output_cap == 32_000 else CallEnd(End.TRUNCATED, started=True))
    dial = adapting(wire, FakeMemory({("s", "m"): {CONTEXT: 4_096}}), "s")
    assert [dial(QUESTION, 60, Stop()).end for _ in range(2)] == [End.TRUNCATED, End.OK]


def test_a_stop_that_is_set_ends_a_search() -> None:
    stop = Stop()

    def rule(*_: object) -> CallEnd:
        stop.set()
        return CallEnd(End.CANCELLED)

    assert adapting(Wire(rule), FakeMemory(), "s")(QUESTION, 60, stop).end is End.CANCELLED
