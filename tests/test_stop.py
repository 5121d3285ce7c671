import threading

from tddbot.stop import Stop


def test_set_once_and_for_all():
    stop = Stop()
    assert not stop.is_set()
    stop.set()
    stop.set()
    assert stop.is_set()
    assert stop.wait(60)


def test_a_parent_stops_every_child_and_a_child_only_itself():
    whole = Stop()
    one, other = Stop(whole), Stop(whole)
    below = Stop(one)
    one.set()
    assert (one.is_set(), below.is_set(), other.is_set(), whole.is_set()) == (True, True, False, False)
    whole.set()
    assert other.is_set()


def test_waiting_ends_unset_when_time_is_up():
    assert not Stop().wait(0)
    assert not Stop().wait(0.01)
    assert not Stop(Stop()).wait(0)
    assert not Stop(Stop()).wait(0.12)


def test_a_waiting_thread_hears_its_own_token_and_every_one_above():
    for depth in range(3):
        chain = [Stop()]
        for _ in range(2):
            chain.append(Stop(chain[-1]))
        heard: list[bool] = []
        waiter = threading.Thread(target=lambda last=chain[-1], heard=heard: heard.append(last.wait(60)))
        waiter.start()
        chain[depth].set()
        waiter.join(60)
        assert heard == [True]
