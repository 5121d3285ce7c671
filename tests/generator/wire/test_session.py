"""What is forgotten with the process, and what is not."""

from tddbot.generator.wire.session import Session
from tests.fakes import FakeMemory


def test_a_context_is_known_until_the_process_ends_and_a_dialect_for_good() -> None:
    lasting = FakeMemory()
    one = Session(lasting)
    one.learn("s", "m", {"context_tokens": 2048})
    one.learn("s", "m", {"dialect": {"api": "chat"}})
    assert one.facts("s", "m") == {"context_tokens": 2048, "dialect": {"api": "chat"}}
    assert one.facts("s", "other") == {}
    assert Session(lasting).facts("s", "m") == {"dialect": {"api": "chat"}}


def test_a_context_that_was_once_kept_in_the_store_does_not_count() -> None:
    assert Session(FakeMemory({("s", "m"): {"context_tokens": 2048}})).facts("s", "m") == {}
