"""What a report has to bear so that it counts: seals that fit, and canaries that failed in their own way."""

import json
import os
import random
from collections.abc import Iterator

import pytest

from tddbot.runner import records
from tddbot.runner.canaries import Canaries, Canary
from tddbot.runner.guest.wire import Wire
from tddbot.runner.records import Collected, FailureRecord, Finish, Report, Start, Trace
from tddbot.runner.seals import Seals


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


def lines(pipe: tuple[int, int], key: bytes, count: int = 4) -> list[bytes]:
    """What a jailed process with that key writes."""
    wire = Wire(pipe[1], os.getpid(), key)
    for number in range(count):
        wire.send("start", node=f"test_ü.py::test_{number}\udcff")
    return os.read(pipe[0], 1 << 16).splitlines()


def test_honest_lines_open_to_what_was_sent(pipe: tuple[int, int]) -> None:
    seals = Seals()
    opened = [seals.open(line) for line in lines(pipe, seals.key)]
    assert [json.loads(line or "")["node"] for line in opened] == [f"test_ü.py::test_{n}?" for n in range(4)]
    assert seals.fault is None


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (lambda all: [all[0], all[2], all[3]], 2),
        (lambda all: [all[0], all[0], all[1]], 2),
        (lambda all: [all[1], all[0]], 1),
        (lambda all: [all[0], all[1].replace(b"test_1", b"test_9")], 2),
        (lambda all: [all[0], all[1].partition(b" ")[2]], 2),
        (lambda all: [all[0], b'{"kind": "end", "code": 0}'], 2),
        (lambda all: [b"", *all], 1),
        (lambda all: [all[0] + b" "], 1),
    ],
    ids=["missing", "repeated", "exchanged", "changed", "bare", "forged", "empty", "longer"],
)
def test_a_line_that_is_not_the_next_ends_it(pipe: tuple[int, int], change, number: int) -> None:
    seals = Seals()
    honest = lines(pipe, seals.key)
    opened = [seals.open(line) for line in change(honest)]
    assert opened[number - 1 :] == [None] * (len(opened) - number + 1)
    assert seals.fault == f"record {number} does not carry its seal"
    assert seals.open(honest[-1]) is None


def test_each_process_has_a_key_of_its_own(pipe: tuple[int, int]) -> None:
    assert Seals().open(lines(pipe, Seals().key)[0]) is None


def test_a_fork_of_the_owner_says_nothing(pipe: tuple[int, int]) -> None:
    Wire(pipe[1], os.getppid(), b"key").send("end", code=0)
    os.set_blocking(pipe[0], False)
    with pytest.raises(BlockingIOError):
        os.read(pipe[0], 1)


def test_what_sends_is_bound_before_anybody_can_put_something_in_its_place(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seals = Seals()
    wire = Wire(pipe[1], os.getpid(), seals.key)
    monkeypatch.setattr(os, "write", lambda *_: 1)
    monkeypatch.setattr(json, "dumps", lambda *_, **__: "{}")
    wire.send("end", code=1)
    assert seals.open(os.read(pipe[0], 999).rstrip(b"\n")) == b'{"code": 1, "kind": "end"}'
    assert not hasattr(wire, "__dict__")


def failed(canary: Canary, when: str, message: str) -> Report:
    return Report(f"a.py::{canary.name}", when, "failed", 0.0, failure=FailureRecord(when, "E", message))


def honest(canaries: Canaries) -> list[records.Record]:
    said: list[records.Record] = [Start("a.py::test_real")]
    for canary in canaries.planned.values():
        phase = "setup" if canary.kind == "setup" else "call"
        said += [Start(f"::{canary.name}"), failed(canary, phase, f"assert '{canary.nonce}' == 'x'")]
    return said


def test_canaries_that_failed_as_they_must() -> None:
    canaries = Canaries()
    taken = [canaries.take(record) for record in honest(canaries)]
    assert taken == [False, *[True] * 6]
    assert canaries.are_due
    assert canaries.fault() is None


def test_where_no_test_ran_none_is_due() -> None:
    canaries = Canaries()
    assert not canaries.take(Collected(("a.py::test_a",)))
    assert not canaries.are_due
    assert canaries.fault() is None


@pytest.mark.parametrize("kind", ["compare", "raise", "setup"])
@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (lambda canary: [], "was not reported"),
        (lambda canary: [Report(f"a.py::{canary.name}", "call", "passed", 0.0)], "was reported as passed"),
        (lambda canary: [Report(f"a.py::{canary.name}", "call", "skipped", 0.0, True)], "was reported as skipped"),
        (lambda canary: [failed(canary, "call", "x"), failed(canary, "call", "y")], "was reported as failed"),
        (lambda canary: [failed(canary, "call", "another")], "another failure than its own"),
        (lambda canary: [failed(canary, "teardown", canary.nonce)], "another failure than its own"),
        (lambda canary: [Report(f"a.py::{canary.name}", "call", "failed", 0.0)], "another failure than its own"),
    ],
)
def test_one_canary_that_did_not_is_enough(kind: str, forge, said: str) -> None:
    canaries = Canaries()
    [forged] = [canary for canary in canaries.planned.values() if canary.kind == kind]
    for record in honest(canaries):
        if getattr(record, "node", "").rpartition("::")[2] != forged.name:
            canaries.take(record)
    for record in forge(forged):
        canaries.take(record)
    assert said in (canaries.fault() or "")


def test_all_that_is_said_of_a_canary_goes_no_further() -> None:
    canaries = Canaries()
    name = next(iter(canaries.planned))
    for record in (Start(f"a.py::{name}"), Trace(f"a.py::{name}"), Finish(f".::{name}")):
        assert canaries.take(record)
    assert not canaries.are_due


def test_nobody_knows_their_names_or_places_beforehand() -> None:
    random.seed(1)
    one = Canaries()
    random.seed(1)
    other = Canaries()
    assert one.planned.keys().isdisjoint(other.planned)
    assert {canary.nonce for canary in one.planned.values()}.isdisjoint(c.nonce for c in other.planned.values())
    assert [canary.place for canary in one.planned.values() if canary.kind == "compare"] == [1.0]
