"""How many calls pass at once, and how the limit falls."""

import threading

from tddbot.generator.asking.gate import Gate
from tddbot.stop import Stop


def most_at_once(gate: Gate, count: int) -> int:
    lock, inside, most = threading.Lock(), 0, 0

    def pass_through() -> None:
        nonlocal inside, most
        with gate.passage(Stop()):
            with lock:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.005)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=pass_through) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return most


def test_no_more_than_the_limit_pass_at_once() -> None:
    assert most_at_once(Gate(2), 12) <= 2


def test_halving_ends_at_one() -> None:
    gate = Gate(5)
    limits = []
    for _ in range(4):
        gate.halve()
        limits.append(gate.limit)
    assert limits == [2, 1, 1, 1]
    assert most_at_once(gate, 5) == 1


def test_what_is_to_be_stopped_does_not_wait() -> None:
    gate, stop = Gate(1), Stop()
    stop.set()
    with gate.passage(Stop()), gate.passage(stop):
        pass
    assert most_at_once(gate, 3) == 1
