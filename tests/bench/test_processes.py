import os
import subprocess
import sys

import pytest

from tddbot.bench.processes import below, holdings, memory
from tests.runner.tools import wait_for

HOLD = "import sys; sys.stdin.read()"
HOLD_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD!r}])"


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", HOLD_A_CHILD], stdin=subprocess.PIPE)
    yield process
    process.communicate()


def test_children_of_children_are_below(child):
    assert wait_for(lambda: len(below(child.pid)) == 1)
    assert {child.pid, *below(child.pid)} <= below(os.getpid())


def test_own_pages_are_part_of_the_share_and_that_of_all():
    found = memory(os.getpid())
    assert found is not None
    assert found.pss is not None
    assert found.uss is not None
    assert 0 < found.uss <= found.pss <= found.rss


def test_a_descriptor_that_is_open_is_counted():
    before = holdings([os.getpid()])
    read, write = os.pipe()
    try:
        after = holdings([os.getpid()])
    finally:
        os.close(read)
        os.close(write)
    assert after.descriptors == before.descriptors + 2
    assert (after.processes, after.mounts) == (1, before.mounts)
    assert after.mounts > 0
    assert after.threads >= 1


def test_a_process_that_was_not_buried_counts_and_takes_nothing():
    process = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert memory(process.pid) is None
    assert (holdings([process.pid]).processes, holdings([process.pid]).rss) == (1, 0)
    process.wait()


def test_a_process_that_is_gone_holds_nothing():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert memory(process.pid) is None
    assert holdings([process.pid]).processes == 0
