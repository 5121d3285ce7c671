"""Work side by side on threads, with results in the order of the work, so that every run tells the same story."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(work: Callable[[Item], Result], items: Iterable[Item], width: int) -> Iterator[Result]:
    """Yield `work(item)` for each item in order, at most `width` at a time; items are drawn only as threads fall free.

    Closing the iterator drops what has not started and waits for what has.
    """
    waiting: deque[Future[Result]] = deque()
    source = iter(items)
    with ThreadPoolExecutor(max_workers=width, thread_name_prefix="tddbot") as pool:
        try:
            for item in source:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= width:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
