import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tddbot.errors import UnfitError
from tddbot.store.lock import exclusive, writer_lock

HOLDER = """
import sys
from pathlib import Path
from tddbot.store.lock import writer_lock
with writer_lock(Path(sys.argv[1]), "tddbot watch"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(state):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, state],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def take(state: Path) -> None:
    with writer_lock(state, "tddbot fix"):
        pass


def test_the_second_one_is_told_of_the_first(state, holder):
    with pytest.raises(UnfitError) as caught:
        take(state)
    assert caught.value.message == f"another tddbot (pid {holder.pid}, `tddbot watch`) is working in this repository"
    assert f"kill {holder.pid}" in caught.value.hint
    holder.stdin.write("\n")
    holder.stdin.flush()
    holder.wait()
    take(state)


def test_a_killed_holder_holds_no_longer(state, holder):
    holder.kill()
    holder.wait()
    take(state)


def test_it_is_free_again_after_an_error_in_the_block(state):
    with pytest.raises(ZeroDivisionError), writer_lock(state, "tddbot fix"):
        raise ZeroDivisionError
    take(state)


def test_a_process_does_not_lock_twice_and_children_inherit_nothing(state):
    with writer_lock(state, "tddbot fix"):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
        with pytest.raises(UnfitError, match="tddbot fix"):
            take(state)
    take(state)
    child.communicate(b"\n")


@pytest.mark.parametrize("text", ["", "x\ny", "12", "7\n\x1b[31mred\x07\n"])
def test_an_odd_signature_is_shown_plainly(state, text):
    with writer_lock(state, "me"):
        (state / "lock").write_text(text)
        with pytest.raises(UnfitError, match="is working in this repository") as caught:
            take(state)
        assert caught.value.message.isprintable()


def test_a_place_that_cannot_be_locked(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnfitError, match="cannot be taken"):
        take(tmp_path / "file" / "tddbot")


def test_exclusive_waits_its_turn(tmp_path):
    inside: list[str] = []

    def second() -> None:
        with exclusive(tmp_path / "x.lock"):
            inside.append("second")

    thread = threading.Thread(target=second)
    with exclusive(tmp_path / "x.lock"):
        thread.start()
        inside.append("first")
    thread.join()
    assert inside == ["first", "second"]
