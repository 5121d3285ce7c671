"""Places to run in: never more than there are, none lost, in turn inside a lane and fair between lanes."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tddbot.runner.pool import Pool
from tddbot.stop import Stop
from tests.runner.tools import wait_for

LANES = ("a", "b", "c")


class Line:
    """Jobs that wait behind the one place of a pool; `order` says who got it."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self.pool = Pool(1)
        self.order: list[str] = []
        self._executor = executor
        self._waiting = 0

    def join(self, lane: str, name: str, stop: Stop | None = None) -> Future[bool]:
        """Wait until the job is in the line, so that who comes later stands behind it."""

        def work() -> bool:
            with self.pool.place(lane, stop or Stop()) as is_free:
                if is_free:
                    self.order.append(name)
                return is_free

        self._waiting += 1
        job = self._executor.submit(work)
        assert wait_for(lambda: sum(map(len, self.pool._waiting.values())) == self._waiting)
        return job


def test_lanes_take_turns_and_inside_one_the_first_comes_first() -> None:
    with ThreadPoolExecutor(9) as executor:
        line = Line(executor)
        with line.pool.place("other", Stop()):
            for lane, name in [("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("b", "b2")]:
                line.join(lane, name)
    assert line.order == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_is_stopped_while_waiting_gets_no_place_and_holds_up_nobody() -> None:
    with ThreadPoolExecutor(4) as executor:
        line, stop = Line(executor), Stop()
        with line.pool.place("a", Stop()):
            stopped = line.join("a", "stopped", stop)
            behind = line.join("a", "behind")
            stop.set()
            assert stopped.result(30) is False
        assert behind.result(30) is True
    assert line.order == ["behind"]
    with line.pool.place("a", stop) as is_free:
        assert is_free  # nobody is before it, so it need not wait


def test_a_place_is_given_back_when_the_work_raises() -> None:
    def work(pool: Pool) -> None:
        with pool.place("a", Stop()) as is_free:
            assert is_free
            raise ValueError("work")

    pool = Pool(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="work"):
            work(pool)


def test_never_more_at_once_than_there_are_places_and_none_is_lost() -> None:
    pool, lock, inside, most, done = Pool(3), threading.Lock(), 0, 0, 0

    def work(number: int) -> None:
        nonlocal inside, most, done
        stop = Stop()
        if number % 5 == 0:
            stop.set()
        with pool.place(LANES[number % 3], stop) as is_free:
            with lock:
                inside += is_free
                most = max(most, inside)
            with lock:
                inside -= is_free
                done += is_free
            if number % 7 == 0:
                raise ValueError

    with ThreadPoolExecutor(12) as executor:
        jobs = [executor.submit(work, number) for number in range(300)]
    assert all(job.exception() is None or isinstance(job.exception(), ValueError) for job in jobs)
    assert most <= 3
    assert done >= 240
    everybody = threading.Barrier(4)

    def hold(lane: str) -> None:
        with pool.place(lane, Stop()):
            everybody.wait(30)

    with ThreadPoolExecutor(3) as executor:
        for lane in LANES:
            executor.submit(hold, lane)
        everybody.wait(30)
