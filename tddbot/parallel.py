"""Work side by side on threads, with results in the order of the work, so that every run tells the same story."""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Generic, TypeVar

from tddbot.stop import Stop

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], width: int, stop: Stop | None = None
) -> Generator[Result, None, None]:
    """Yield `work(item)` for each item in order, at most `width` at a time; items are drawn only as threads fall free.

    They are drawn on a thread of their own, so that a result need not wait for an item that is long in coming. Closing
    the iterator drops what has not started and waits for what has, the drawing of an item included; `stop` is set
    before that, as it is where the work or an item fails.
    """
    belt = _Belt(work, iter(items), width)
    try:
        yield from belt.results()
    except BaseException:
        if stop is not None:
            stop.set()
        raise
    finally:
        belt.close()


class _Belt(Generic[Item, Result]):
    """Items that were drawn and are worked on, in their order, with room for `width`."""

    def __init__(self, work: Callable[[Item], Result], source: Iterator[Item], width: int) -> None:
        self._work = work
        self._source = source
        self._room = threading.Semaphore(width)
        self._drawn: SimpleQueue[Future[Result] | None] = SimpleQueue()
        self._is_closing = False
        self._pool = ThreadPoolExecutor(max_workers=width, thread_name_prefix="tddbot")
        self._drawer = threading.Thread(target=self._draw_all, name="tddbot-draw")

    def results(self) -> Iterator[Result]:
        self._drawer.start()
        while (future := self._drawn.get()) is not None:
            yield future.result()
            self._room.release()

    def close(self) -> None:
        self._is_closing = True
        self._room.release()
        if self._drawer.ident is not None:
            self._drawer.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _draw_all(self) -> None:
        while self._draw():
            pass
        self._drawn.put(None)

    def _draw(self) -> bool:
        """Draw one item and start its work; what drawing raises is a result like any other, and the last one."""
        self._room.acquire()
        if self._is_closing:
            return False
        failed: Future[Result] = Future()
        try:
            item = next(self._source)
        except StopIteration:
            return False
        except BaseException as error:
            failed.set_exception(error)
            self._drawn.put(failed)
            return False
        if not self._is_closing:
            self._drawn.put(self._pool.submit(self._work, item))
        return True
