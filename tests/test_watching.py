"""The watch with fakes of the ports; where saves matter, a real watcher on a real directory."""

import queue
import subprocess
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from tddbot import events
from tddbot.domain import Brief, Conclusion, Ending, NodeId, Outcome, Proposal, Result, Run
from tddbot.errors import UnfitError
from tddbot.ports import RunRequest
from tddbot.stop import Stop
from tddbot.watcher.settings import WatcherSettings
from tddbot.watching import one_cycle, watch
from tests.fakes import House, Script, Test, candidate, green_if, policy

PATIENCE = 60.0
RED, OTHER = "tests/test_a.py::test_red", "tests/test_b.py::test_other"
WRONG, RIGHT_TEXT = "answer = 41\n", "answer = 42\n"
RIGHT = candidate("a.py", WRONG, RIGHT_TEXT)
STILL = candidate("a.py", WRONG, "answer = 40\n")
TESTS: dict[NodeId, Test] = {RED: green_if("a.py", "answer = 42"), OTHER: green_if("b.py", "b = 1")}
SETTINGS = WatcherSettings(debounce_seconds=0.05, rescan_seconds=0.5)

Kind = TypeVar("Kind")


def house(*scripts: Script, a: str = WRONG) -> House:
    return House({"a.py": a, "b.py": "b = 1\n"}, TESTS, scripts)


def remembered(of: House, **outcomes: Outcome) -> None:
    """Let the store know how RED and OTHER ended when last seen."""
    nodes = {"red": RED, "other": OTHER}
    of.store.record_run(Run("before", {nodes[key]: Result(nodes[key], end) for key, end in outcomes.items()}))


def conclusions(of: House) -> list[Conclusion]:
    return [event.resolution.conclusion for event in of.told.of(events.TargetResolved)]


# One cycle.


def test_what_was_never_seen_is_newly_red():
    one, backlog = house([RIGHT]), set()
    one_cycle(one.ports, policy(), backlog, Stop())
    assert conclusions(one) == [Conclusion.FIXED]
    assert backlog == set()


def test_what_was_red_before_is_no_news():
    one = house([RIGHT])
    remembered(one, red=Outcome.FAILED)
    one_cycle(one.ports, policy(), set(), Stop())
    assert one.told.of(events.BaselineTaken)[0].wanted == ()
    assert one.generator.asked == []
    (said,) = one.told.of(events.Notice)
    assert said.text == "1 test was red when last seen, too, and is left alone; `tddbot fix` works on what is red."


def test_where_all_is_green_nothing_is_said():
    one = house(a=RIGHT_TEXT)
    one_cycle(one.ports, policy(), set(), Stop())
    assert one.told.of(events.Notice) == []


def test_what_turned_red_is_worked_on_and_nothing_else():
    one = house([STILL])
    one.repository.contents["b.py"] = "b = 2\n"
    remembered(one, red=Outcome.FAILED, other=Outcome.PASSED)
    one_cycle(one.ports, policy(), set(), Stop())
    assert [event.target.node_ids for event in one.told.of(events.TargetStarted)] == [(OTHER,)]


def test_the_backlog_is_worked_on_though_it_is_no_news():
    one, backlog = house([RIGHT]), {RED}
    remembered(one, red=Outcome.FAILED)
    one_cycle(one.ports, policy(), backlog, Stop())
    assert conclusions(one) == [Conclusion.FIXED]
    assert backlog == set()


def test_what_was_given_up_is_settled():
    one, backlog = house([STILL]), set()
    one_cycle(one.ports, policy(), backlog, Stop())
    one_cycle(one.ports, policy(), backlog, Stop())
    assert conclusions(one) == [Conclusion.GAVE_UP]
    assert backlog == set()


def test_what_is_proven_in_a_dry_run_is_settled():
    one, backlog = house([RIGHT]), set()
    one_cycle(one.ports, policy(apply=False), backlog, Stop())
    assert (conclusions(one), backlog) == ([Conclusion.FIXED], set())


@pytest.mark.parametrize("runs", [1, 2, 3, 4], ids=["baseline", "confirm", "search", "proof"])
def test_what_a_save_cancels_is_left_for_the_next_time(runs):
    one, backlog, stop = house([RIGHT], [RIGHT]), set(), Stop()
    answer = one.runner.answer

    def interrupted(request: RunRequest, stopped: Stop) -> Run:
        run = answer(request, stopped)
        if len(one.runner.requests) != runs:
            return run
        stop.set()
        return Run(run.tree, run.results, Ending.CANCELLED, "it was cancelled")

    one.runner.answer = interrupted
    one_cycle(one.ports, policy(), backlog, stop)
    assert RED in backlog or runs == 1  # a baseline that was cancelled is not recorded, so its reds stay news
    assert one.repository.applied == []

    one.runner.answer = answer
    one_cycle(one.ports, policy(), backlog, Stop())
    assert conclusions(one)[-1] is Conclusion.FIXED
    assert backlog == set()


def test_a_target_that_was_not_come_to_is_left_for_the_next_time():
    one, backlog, stop = house([STILL], [STILL]), set(), Stop()
    one.repository.contents["b.py"] = "b = 2\n"
    one.told.react = lambda event: stop.set() if isinstance(event, events.TargetResolved) else None
    one_cycle(one.ports, policy(), backlog, stop)
    assert (conclusions(one), backlog) == ([Conclusion.GAVE_UP], {OTHER})


@pytest.mark.parametrize("heard", [True, False], ids=["the watcher has heard the save", "it has not yet"])
def test_what_was_proven_on_a_tree_that_is_no_more_is_planned_anew(heard):
    one, backlog, stop = house([RIGHT], [RIGHT]), set(), Stop()
    saves = iter(["x = 1\n"])

    def save(event: events.Event) -> None:
        if isinstance(event, events.TargetResolved) and (text := next(saves, None)):
            one.repository.contents["c.py"] = text
            if heard:
                stop.set()

    one.told.react = save
    one_cycle(one.ports, policy(), backlog, stop)
    assert (backlog, one.repository.applied) == ({RED}, [])

    one_cycle(one.ports, policy(), backlog, Stop())
    assert (backlog, one.repository.applied) == (set(), [RIGHT.patch])


def test_an_error_in_the_middle_leaves_the_rest_for_the_next_time():
    one, backlog = house([RIGHT], [RIGHT]), set()
    answer = one.runner.answer

    def failing(request: RunRequest, stop: Stop) -> Run:
        if request.trace:
            raise UnfitError("no jail is possible here")
        return answer(request, stop)

    one.runner.answer = failing
    with pytest.raises(UnfitError):
        one_cycle(one.ports, policy(), backlog, Stop())
    assert backlog == {RED}


def test_a_busy_repository_is_not_looked_at():
    one = house()

    def busy(call: str) -> None:
        if call == "refuse_if_busy":
            raise UnfitError("in the middle of a merge")

    one.repository.now = busy
    with pytest.raises(UnfitError, match="merge"):
        one_cycle(one.ports, policy(), set(), Stop())
    assert one.runner.requests == []


# The watch.


class Folder(MutableMapping[str, str]):
    """The files of a directory as texts by path."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __getitem__(self, path: str) -> str:
        try:
            return (self._root / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise KeyError(path) from None

    def __setitem__(self, path: str, text: str) -> None:
        temporary = self._root / f".{path}.tmp"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self._root / path)

    def __delitem__(self, path: str) -> None:
        (self._root / path).unlink()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.name for path in self._root.iterdir() if path.suffix == ".py"))

    def __len__(self) -> int:
        return len(list(iter(self)))


@dataclass
class Watched:
    """A watch at work in its own thread."""

    house: House
    stop: Stop
    told: "queue.Queue[events.Event]" = field(default_factory=queue.Queue)
    seen: list[events.Event] = field(default_factory=list)

    def until(self, kind: type[Kind]) -> Kind:
        """Take events up to the next one of a kind, and return that."""
        while True:
            event = self.told.get(timeout=PATIENCE)
            self.seen.append(event)
            if isinstance(event, kind):
                return event

    def save(self, path: str, text: str) -> None:
        self.house.repository.contents[path] = text


@contextmanager
def watching(of: House, stop: Stop | None = None) -> Iterator[Watched]:
    watched = Watched(of, stop or Stop())
    of.told.react = watched.told.put
    failure: list[BaseException] = []

    def work() -> None:
        try:
            watch(of.ports, policy(), SETTINGS, watched.stop)
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield watched
    finally:
        watched.stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()
    assert failure == []


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    made = Folder(tmp_path)
    made["a.py"], made["b.py"] = WRONG, "b = 1\n"
    return made


def on_disk(folder: Folder, tmp_path: Path, *scripts: Script) -> House:
    return House(folder, TESTS, scripts, tmp_path)


def test_red_at_the_start_is_fixed_and_the_own_write_is_no_change_set(folder, tmp_path):
    with watching(on_disk(folder, tmp_path, [RIGHT])) as watched:
        watched.until(events.PatchApplied)
        watched.save("c.py", "c = 1\n")
        assert watched.until(events.FilesChanged).paths == ("c.py",)
        assert watched.until(events.BaselineTaken).wanted == ()
    assert folder["a.py"] == RIGHT_TEXT


def test_a_save_that_turns_a_test_red_is_work(folder, tmp_path):
    mend = candidate("b.py", "b = 2\n", "b = 1\n")
    one = on_disk(folder, tmp_path, [mend])
    remembered(one, red=Outcome.FAILED, other=Outcome.PASSED)
    with watching(one) as watched:
        assert watched.until(events.BaselineTaken).wanted == ()
        watched.save("b.py", "b = 2\n")
        assert watched.until(events.BaselineTaken).wanted == (OTHER,)
        watched.until(events.PatchApplied)
    assert folder["b.py"] == "b = 1\n"
    assert folder["a.py"] == WRONG


def test_a_save_during_work_cancels_it_and_what_was_unfinished_is_planned_anew(folder, tmp_path):
    cancelled: list[bool] = []

    def think(brief: Brief, stop: Stop) -> list[Proposal]:
        folder["c.py"] = "c = 1\n"
        cancelled.append(stop.wait(PATIENCE))
        return [RIGHT]

    with watching(on_disk(folder, tmp_path, think, [RIGHT])) as watched:
        assert watched.until(events.TargetResolved).resolution.conclusion is Conclusion.CANCELLED
        assert watched.until(events.FilesChanged).paths == ("c.py",)
        assert watched.until(events.BaselineTaken).wanted == (RED,)
        watched.until(events.PatchApplied)
    assert cancelled == [True]
    assert folder["a.py"] == RIGHT_TEXT


def test_an_unfit_moment_becomes_a_notice_and_the_watch_goes_on(folder, tmp_path):
    one = on_disk(folder, tmp_path, [RIGHT])
    over = Stop()

    def refuse(call: str) -> None:
        if call == "refuse_if_busy" and not over.is_set():
            raise UnfitError("The repository is in the middle of a merge.", "Finish it.")

    one.repository.now = refuse
    with watching(one) as watched:
        notice = watched.until(events.Notice)
        assert (notice.text, notice.warning) == ("The repository is in the middle of a merge. Finish it.", True)
        over.set()
        watched.save("c.py", "c = 1\n")
        watched.until(events.PatchApplied)


def test_a_pytest_that_does_not_start_is_said_once_a_save(folder, tmp_path):
    one = on_disk(folder, tmp_path, [RIGHT])
    answer = one.runner.answer
    one.runner.answer = lambda request, stop: Run(request.snapshot.tree, {}, Ending.UNUSABLE, "conftest.py is broken")
    with watching(one) as watched:
        assert "conftest.py is broken" in watched.until(events.Notice).text
        one.runner.answer = answer
        watched.save("c.py", "c = 1\n")
        watched.until(events.PatchApplied)
    assert len([event for event in watched.seen if isinstance(event, events.Notice)]) == 1


def test_a_bug_is_not_taken_for_an_unfit_moment(folder, tmp_path):
    one = on_disk(folder, tmp_path)

    def broken(request: RunRequest, stop: Stop) -> Run:
        raise LookupError("a bug")

    one.runner.answer = broken
    with pytest.raises(LookupError, match="a bug"):
        watch(one.ports, policy(), SETTINGS, Stop())


def test_stopped_before_it_began_it_ends_at_once(folder, tmp_path):
    one, stop = on_disk(folder, tmp_path, [RIGHT]), Stop()
    stop.set()
    watch(one.ports, policy(), SETTINGS, stop)
    assert one.told.events == []


def test_stopped_during_work_it_ends_with_the_tree_as_it_was(folder, tmp_path):
    interrupt = Stop()

    def think(brief: Brief, stop: Stop) -> list[Proposal]:
        interrupt.set()
        stop.wait(PATIENCE)
        return [RIGHT]

    with watching(on_disk(folder, tmp_path, think), interrupt) as watched:
        assert watched.until(events.TargetResolved).resolution.conclusion is Conclusion.CANCELLED
    assert dict(folder) == {"a.py": WRONG, "b.py": "b = 1\n"}
