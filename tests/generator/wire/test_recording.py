"""Sessions with a model, recorded and replayed: the same answers in the same order, and no key in any file."""

import json
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tddbot.errors import UsageError
from tddbot.generator.asking.retry import is_out_of_means
from tddbot.generator.prompt.prompt import prompt
from tddbot.generator.prompt.thread import Plan
from tddbot.generator.wire.calls import Dial, Question
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.recording import Recording, key_of
from tddbot.generator.wire.replaying import Replay
from tddbot.stop import Stop
from tests.generator.samples import brief

PATIENCE = 60.0
KEY = "sk-" + "planted" * 6
ANSWER = CallEnd(
    End.OK,
    text="x\ud800 = 1",
    items=({"type": "message", "content": [{"type": "output_text", "text": "x = 1", "n": 1.5, "none": None}]},),
    usage={"input_tokens": 3, "details": {"cached": 1}},
    started=True,
    retry_after=2.0,
    reasoning="because",
    status=200,
)


def question(plan: str = "", model: str = "m", output_cap: int = 1000) -> Question:
    return Question(model, "low", prompt(brief(), (Plan(plan),) if plan else ()), output_cap)


def answering(*ends: CallEnd) -> Dial:
    left = list(ends)
    return lambda asked, seconds, stop: left.pop(0)


def without_key(text: str) -> str:
    return text.replace(KEY, "[key]")


def record(path: Path, calls: list[tuple[Question, CallEnd]]) -> None:
    with Recording.create(path) as recording:
        dial = recording.recorded(answering(*(end for _, end in calls)), without_key)
        for asked, _ in calls:
            dial(asked, 1.0, Stop())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.jsonl"


def test_what_was_answered_is_answered_again(path: Path) -> None:
    record(path, [(question(), ANSWER), (question("a plan"), CallEnd(End.REFUSAL, "no", started=True))])
    replay = Replay.of(path)
    assert replay(question("a plan"), 60.0, Stop()) == CallEnd(End.REFUSAL, "no", started=True)
    assert replay(question(), 60.0, Stop()) == ANSWER


def test_the_same_request_gets_its_answers_in_turn(path: Path) -> None:
    record(path, [(question(), CallEnd(End.TRANSIENT, str(number))) for number in range(3)])
    replay = Replay.of(path)
    assert [replay(question(), 60.0, Stop()).detail for _ in range(4)][:3] == ["0", "1", "2"]


def test_waits_that_a_server_named_are_not_waited_for_again_where_an_answer_follows(path: Path) -> None:
    limit = CallEnd(End.RATE_LIMIT, retry_after=300.0)
    record(path, [(question(), limit), (question(), limit)])
    replay = Replay.of(path)
    assert replay(question(), 60.0, Stop()).retry_after == 0
    assert replay(question(), 60.0, Stop()).retry_after == 300


@pytest.mark.parametrize("other", [question("a plan"), question(model="n"), question(output_cap=1)])
def test_a_request_that_is_not_in_it_has_an_ending_of_its_own(path: Path, other: Question) -> None:
    record(path, [(question(), ANSWER)])
    ended = Replay.of(path)(other, 60.0, Stop())
    assert ended.end is End.UNRECORDED
    assert "the recording holds no answer to this request" in ended.end.value
    assert "code, tests or settings differ" in ended.detail
    assert is_out_of_means(ended.end)
    assert not ended.started


def test_no_key_no_address_and_no_request_is_in_the_file(path: Path) -> None:
    end = CallEnd(
        End.OK,
        f"said {KEY} at https://host.example/v1?x=1",
        f"echo {KEY}",
        ({KEY: [{"text": KEY}]},),
        {"who": KEY},
        reasoning=KEY,
        param=KEY,
    )
    with Recording.create(path) as recording:
        kept = recording.recorded(answering(end), without_key)(question(), 1.0, Stop())
    text = path.read_text()
    assert KEY not in text
    assert "host.example" not in text
    assert "double" not in text
    assert Replay.of(path)(question(), 1.0, Stop()) == kept
    assert kept.items == ({"[key]": [{"text": "[key]"}]},)


def test_the_file_is_its_owners_alone_and_each_line_is_there_at_once(path: Path) -> None:
    with Recording.create(path) as recording:
        dial = recording.recorded(answering(ANSWER), str)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().count("\n") == 1
        dial(question(), 1.0, Stop())
        assert path.read_text().count("\n") == 2
    assert json.loads(path.read_text().splitlines()[1])["key"] == key_of(question())


def test_nothing_is_overwritten(path: Path) -> None:
    path.touch(0o644)
    record(path, [(question(), ANSWER)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"session.jsonl exists and is a recording"):
        Recording.create(path)
    assert path.read_bytes() == before
    path.write_text("notes")
    with pytest.raises(UsageError, match="is no recording"):
        Recording.create(path)
    assert path.read_text() == "notes"


def test_a_place_that_takes_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be made: No such file or directory"):
        Recording.create(tmp_path / "none" / "session")
    with pytest.raises(UsageError, match="is no regular file"):
        Recording.create(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        Replay.of(tmp_path / "none")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: this is no recording"),
        (b"x = 1\n", "line 1: this is no recording"),
        (b"\xff\xfe\0", "line 1"),
        (b'{"tddbot": "recording", "format": 99}\n', "line 1: the recording has format 99"),
        (b'{"tddbot": "recording", "format": 1}\n{"key": "x"}\n', "line 2: this is no call"),
        (b'{"tddbot": "recording", "format": 1}\n\n{}\n', "line 2"),
        (b'{"tddbot": "recording", "format": 1}\n{"key": "x", "call": {"end": "answ', "line 2"),
        (b'{"tddbot": "recording", "format": 1}\n{"key": "x", "call": {"end": "unheard of"}}\n', "line 2"),
        (b'{"tddbot": "recording", "format": 1}\n' + b"[" * 100_000, "line 2"),
        *(
            (b'{"tddbot": "recording", "format": 1}\n{"model": "m", "price": ' + price + b"}\n", "line 2")
            for price in (
                b'{"input": "NaN", "cached": "1", "output": "1", "cache_write": "1"}',
                b'{"input": "1", "cached": "1", "output": "Infinity", "cache_write": "1"}',
                b'{"input": "1", "cached": "-1", "output": "1", "cache_write": "1"}',
            )
        ),
    ],
)
def test_a_damaged_file_is_told_with_its_line(path: Path, content: bytes, said: str) -> None:
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said) as caught:
        Replay.of(path)
    assert "session.jsonl" in str(caught.value)
    assert caught.value.hint


def test_what_was_known_of_a_model_is_known_at_the_same_point_again(path: Path) -> None:
    with Recording.create(path) as recording:
        dial = recording.recorded(answering(ANSWER, ANSWER), str)
        recording.note("m", {})
        dial(question(), 1.0, Stop())
        for _ in range(2):
            recording.note("m", {"context": 4096})
        dial(question("then"), 1.0, Stop())
    assert path.read_text().count("\n") == 4
    replay = Replay.of(path)
    assert replay.facts("m") == {}
    replay(question(), 1.0, Stop())
    assert replay.facts("m") == {"context": 4096}
    assert replay.facts("n") == {}


def side_by_side(calls: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_four_calls_that_end_at_once_are_four_lines(path: Path) -> None:
    with Recording.create(path) as recording:
        together = threading.Barrier(4)

        def dial(asked: Question, seconds: float, stop: Stop) -> CallEnd:
            together.wait(30)
            return CallEnd(End.OK, text="x" * 100_000)

        kept = recording.recorded(dial, str)
        asked = [question(f"plan {number}") for number in range(4)]
        side_by_side([lambda each=each: kept(each, 30, Stop()) for each in asked])
    replay = Replay.of(path)
    assert {replay(each, 30, Stop()).end for each in asked} == {End.OK}


def test_calls_side_by_side_are_answered_in_the_order_in_which_they_ended(path: Path) -> None:
    asked = [question(f"plan {number}") for number in range(4)]
    ended = [2, 0, 3, 1]
    record(path, [(asked[number], CallEnd(End.OK, text=str(number))) for number in ended])
    replay, told = Replay.of(path, PATIENCE, beat=0.3), list[str]()
    side_by_side([lambda each=each: told.append(replay(each, PATIENCE, Stop()).text) for each in asked])
    assert told == ["2", "0", "3", "1"]


def test_what_was_recorded_before_and_is_never_asked_for_holds_nobody_up(path: Path) -> None:
    asked = [question(f"plan {number}") for number in range(4)]
    record(path, [(each, CallEnd(End.OK, text=str(number))) for number, each in enumerate(asked)])
    replay = Replay.of(path, patience=0.1)
    assert [replay(asked[number], PATIENCE, Stop()).text for number in (2, 3, 0)] == ["2", "3", "0"]


def test_a_call_that_was_cancelled_waits_to_be_and_holds_nobody_up(path: Path) -> None:
    first, second = question("one"), question("two")
    record(path, [(first, CallEnd(End.CANCELLED, started=True)), (second, ANSWER)])
    replay, stop = Replay.of(path), Stop()
    ends: list[CallEnd] = []
    waiting = threading.Thread(target=lambda: ends.append(replay(first, 60, stop)))
    waiting.start()
    assert replay(second, 60, stop) == ANSWER
    assert not ends
    stop.set()
    waiting.join()
    assert ends == [CallEnd(End.CANCELLED, started=True)]
    assert replay(second, 60, stop) == CallEnd(End.CANCELLED)


def test_a_disk_that_is_full_loses_no_answer() -> None:
    recording = Recording(Path("session"), os.open("/dev/full", os.O_WRONLY))
    with recording:
        assert recording.recorded(answering(ANSWER), str)(question(), 1.0, Stop()) == ANSWER
    assert "session could not be written on: " in recording.fault
    assert "No space left" in recording.fault


def test_a_session_that_was_interrupted_does_not_wait_for_a_stop_that_never_comes(path: Path) -> None:
    only = question("only")
    record(path, [(only, CallEnd(End.CANCELLED, started=True))])
    replay = Replay.of(path, patience=0.05)
    assert replay(only, 10_000, Stop()).end is End.CANCELLED
