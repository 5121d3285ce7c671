"""Work on a thread that can be cut off."""

import socket
import threading

import pytest

from tddbot.generator.wire.interrupt import Sockets, interruptible
from tddbot.stop import Stop


def test_work_returns_what_it_returns() -> None:
    assert interruptible(lambda _: 7, 10, Stop()) == 7


def test_an_exception_of_the_work_is_raised_to_the_caller() -> None:
    def fail(_: Sockets) -> None:
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        interruptible(fail, 10, Stop())


@pytest.mark.parametrize("how", ["deadline", "stop"])
def test_work_that_waits_for_a_socket_is_cut_off(how: str) -> None:
    ours, theirs = socket.socketpair()
    stop, ended = Stop(), threading.Event()

    def wait(sockets: Sockets) -> bytes:
        sockets.add(ours)
        if how == "stop":
            stop.set()
        data = ours.recv(1)
        ended.set()
        return data

    with ours, theirs:
        assert interruptible(wait, 0.1 if how == "deadline" else 60, stop) is None
        assert ended.wait(10)


def test_a_socket_that_is_opened_after_the_cut_is_shut_at_once() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sockets = Sockets()
        sockets.cut()
        sockets.add(ours)
        assert ours.recv(1) == b""
