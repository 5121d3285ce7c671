import threading
from collections.abc import Iterator

import pytest

from tddbot.parallel import in_order
from tddbot.stop import Stop

PATIENCE = 60.0


@pytest.mark.parametrize("width", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_results_come_in_the_order_of_the_work(width, count):
    assert list(in_order(lambda item: item * 2, range(count), width)) == [item * 2 for item in range(count)]


def test_the_first_result_is_first_even_if_it_is_last_to_be_done():
    second_is_done = threading.Event()

    def work(item: int) -> int:
        if item == 1:
            second_is_done.set()
        else:
            second_is_done.wait(PATIENCE)
        return item

    assert list(in_order(work, [0, 1], 2)) == [0, 1]


def test_at_most_width_work_at_once_and_together():
    meet = threading.Barrier(3, timeout=PATIENCE)
    lock = threading.Lock()
    running, most = 0, 0

    def work(item: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        meet.wait()
        with lock:
            running -= 1

    assert len(list(in_order(work, range(9), 3))) == 9
    assert most == 3


def drawn(count: int, log: list[int]) -> Iterator[int]:
    for item in range(count):
        log.append(item)
        yield item


@pytest.mark.parametrize("width", [1, 3])
def test_items_are_drawn_no_sooner_than_they_can_be_worked_on(width):
    log: list[int] = []
    results = in_order(lambda item: item, drawn(10, log), width)
    assert log == []
    for taken in range(1, 11):
        next(results)
        assert len(log) <= min(10, taken + width - 1)


def test_closing_waits_for_what_has_begun_and_draws_nothing_more():
    log: list[int] = []
    begun, ended, stop = threading.Event(), [], Stop()

    def work(item: int) -> int:
        if item == 1:
            begun.set()
            stop.wait(PATIENCE)
            ended.append(item)
        else:
            begun.wait(PATIENCE)
        return item

    results = in_order(work, drawn(10, log), 2)
    assert next(results) == 0
    stop.set()
    results.close()
    assert (ended, log) == ([1], [0, 1])
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("tddbot_")]


def test_an_error_in_the_work_is_raised_in_its_place():
    def work(item: int) -> int:
        if item == 1:
            raise LookupError("item 1")
        return item

    results = in_order(work, range(5), 2)
    assert next(results) == 0
    with pytest.raises(LookupError, match="item 1"):
        list(results)


def test_an_error_of_the_source_is_raised_too():
    def source() -> Iterator[int]:
        yield 0
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        list(in_order(lambda item: item, source(), 2))


def test_a_result_does_not_wait_for_an_item_that_is_long_in_coming():
    taken = threading.Event()

    def slow() -> Iterator[int]:
        yield 0
        assert taken.wait(PATIENCE)
        yield 1

    results = in_order(lambda item: item, slow(), 2)
    assert next(results) == 0
    taken.set()
    assert list(results) == [1]


def test_closing_waits_for_an_item_that_is_being_drawn():
    stop, drawn_last = Stop(), []

    def slow() -> Iterator[int]:
        yield 0
        stop.wait(PATIENCE)
        drawn_last.append(1)
        yield 1

    results = in_order(lambda item: item, slow(), 2)
    assert next(results) == 0
    stop.set()
    results.close()
    assert drawn_last == [1]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("tddbot")]


@pytest.mark.parametrize("fails", ["work", "reader"])
def test_an_error_does_not_wait_for_an_item_that_is_long_in_coming(fails):
    stop, being_drawn, was_set = Stop(), threading.Event(), []

    def slow() -> Iterator[int]:
        yield 0
        being_drawn.set()
        was_set.append(stop.wait(PATIENCE))

    def work(item: int) -> int:
        assert being_drawn.wait(PATIENCE)
        if fails == "work":
            raise LookupError("the disk is full")
        return item

    def read() -> None:
        for _ in in_order(work, slow(), 2, stop):
            raise LookupError("the disk is full")

    with pytest.raises(LookupError, match="disk is full"):
        read()
    assert was_set == [True]
