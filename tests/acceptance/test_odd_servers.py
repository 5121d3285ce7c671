"""What real servers were seen to do beyond the twenty cases, replayed on loopback; see also tests/third_party."""

from pathlib import Path

from tests.acceptance.asking import DOUBLED, MISSING, RIGHT, fix, settings, whole
from tests.end_to_end.project import Project, last
from tests.generator import responses_server as wire
from tests.generator.chat_server import ChatServer
from tests.generator.chat_server import whole as unstreamed

WORDLESS = wire.raw("", "text/event-stream")
OVERFLOW = wire.error(400, "This model's maximum context length is 512 tokens.", name="context_length_exceeded")


def test_an_overflow_that_a_stream_does_not_tell_is_asked_for_as_a_whole(tmp_path: Path, chat: ChatServer) -> None:
    # llama-cpp-python 0.3.36: status 200, a stream without an event, and nothing more.
    project = Project.make(tmp_path, MISSING, settings(chat, 'role = "small"'))
    before = project.digest()
    chat.queue([WORDLESS, OVERFLOW])
    code, events = fix(project)
    assert code == 1, events[-1]
    assert project.digest() == before
    assert "context" in last(events, "target_resolved")["resolution"]["reason"]
    assert [request.get("stream", False) for request in chat.requests] == [True, False]


def test_a_server_whose_streams_are_empty_is_asked_without_from_then_on(tmp_path: Path, chat: ChatServer) -> None:
    project = Project.make(tmp_path, MISSING, settings(chat, 'role = "small"\nrounds = 2'))
    chat.queue([WORDLESS, unstreamed(whole(DOUBLED)), unstreamed(whole(RIGHT))])
    code, events = fix(project)
    assert code == 0, events[-1]
    assert [request.get("stream", False) for request in chat.requests] == [True, False, False]
