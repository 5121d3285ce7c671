import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from tddbot.domain import Usage
from tddbot.errors import UnfitError
from tddbot.ports import Purse
from tddbot.store.purse import day_of
from tddbot.store.records import StoredSpend
from tddbot.store.sqlite_store import SqliteStore
from tests.store.conftest import NOON

DIME = Usage(1, 10, 0, 5, 0, Decimal("0.10"))
PENNY = Usage(1, 8, 2, 1, 0, Decimal("0.01"))
UNPRICED = Usage(1, 10, unpriced_calls=1)


@pytest.fixture
def purse(store):
    return store.purse(Decimal("0.30"))


def reserve(purse: Purse, usage: Usage = DIME, generator: str = "model:a") -> int | str:
    return purse.reserve(usage, generator, "target")


def test_a_limit_may_be_reached_and_not_passed(purse):
    numbers = [reserve(purse) for _ in range(4)]
    assert all(isinstance(number, int) for number in numbers[:3])
    assert numbers[3] == (
        "the next call could pass the limit of 0.3 USD for one day in this repository (0.30 spent or reserved)"
    )
    assert purse.today() == purse.in_all() == (StoredSpend("model:a", Usage(), DIME + DIME + DIME),)


def test_the_bill_takes_the_place_of_the_worst_case(purse):
    numbers = [reserve(purse) for _ in range(3)]
    purse.settle(numbers[0], PENNY)
    assert isinstance(reserve(purse, PENNY), int)
    assert isinstance(reserve(purse), str)
    (spend,) = purse.today()
    assert (spend.settled, spend.reserved) == (PENNY, DIME + DIME + PENNY)


def test_a_bill_that_passes_its_worst_case_is_kept_and_stops_all_that_follows(purse):
    purse.settle(reserve(purse), Usage(1, usd=Decimal("7.125")))
    assert "7.12 spent" in reserve(purse, PENNY)


def test_what_was_never_reserved_or_is_settled_already_cannot_be_settled(purse):
    number = reserve(purse)
    purse.settle(number, Usage())
    for wrong in (number, number + 1):
        with pytest.raises(LookupError, match=str(wrong)):
            purse.settle(wrong, DIME)
    assert purse.today() == (StoredSpend("model:a"),)


def test_spend_is_told_by_generator(purse):
    purse.settle(reserve(purse, generator="model:b"), PENNY)
    reserve(purse, generator="model:a\udcff")
    assert purse.today() == (StoredSpend("model:a\udcff", Usage(), DIME), StoredSpend("model:b", PENNY))


def test_without_a_limit_everything_is_kept_and_nothing_refused(store):
    purse = store.purse(None)
    assert isinstance(reserve(purse, Usage(1, usd=Decimal(10**9))), int)
    assert isinstance(reserve(purse), int)
    assert len(purse.today()) == 1


def test_a_call_of_unknown_price_counts_nothing_and_does_not_switch_the_limit_off(purse):
    for _ in range(3):
        purse.settle(reserve(purse, UNPRICED), UNPRICED)
    assert isinstance(reserve(purse, Usage(1, usd=Decimal("0.30"))), int)
    assert isinstance(reserve(purse, PENNY), str)
    assert isinstance(reserve(purse, UNPRICED), int)


def test_nothing_is_written_where_nothing_is_asked_or_nothing_granted(state):
    with SqliteStore.open(state) as store:
        store.purse(Decimal(1)).today()
        assert reserve(store.purse(Decimal(0)))
        with store._database.reading() as connection:
            assert connection.execute("SELECT count(*) FROM spend").fetchone() == (0,)
            assert connection.total_changes == 0


def test_the_day_is_that_of_utc_and_of_the_reservation(state):
    moment = [datetime(2030, 1, 2, 23, 59, 59, 999_999, UTC)]
    with SqliteStore.open(state, lambda: moment[0]) as store:
        purse = store.purse(Decimal("0.10"))
        number = reserve(purse)
        assert isinstance(reserve(purse), str)
        moment[0] += timedelta(microseconds=1)
        purse.settle(number, DIME)
        assert (purse.today(), purse.in_all()) == ((), (StoredSpend("model:a", DIME),))
        assert isinstance(reserve(purse), int)
        assert isinstance(reserve(purse), str)


def test_a_day_begins_at_midnight_in_utc_wherever_one_is():
    east = datetime(2030, 1, 3, 5, tzinfo=timezone(timedelta(hours=13)))
    assert day_of(east) == datetime(2030, 1, 2, tzinfo=UTC)
    assert day_of(NOON) <= NOON


def test_threads_share_one_limit(store):
    def spend(_: int) -> int:
        purse, granted = store.purse(Decimal(1)), 0
        for _ in range(10):
            number = reserve(purse)
            if isinstance(number, int):
                purse.settle(number, DIME)
                granted += 1
        return granted

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(spend, range(8))) == 10
    (spent,) = store.purse(None).in_all()
    assert (spent.settled.usd, spent.reserved) == (Decimal(1), Usage())


SPENDER = """
import sys
from decimal import Decimal
from pathlib import Path
from tddbot.domain import Usage
from tddbot.store.sqlite_store import SqliteStore
with SqliteStore.open(Path(sys.argv[1])) as store:
    purse = store.purse(Decimal(1))
    print("open", flush=True)
    sys.stdin.readline()
    numbers = []
    for _ in range(5):
        number = purse.reserve(Usage(1, usd=Decimal("0.10")), "model:a", "t")
        if isinstance(number, int):
            numbers.append(number)
        assert sum(spend.settled.usd + spend.reserved.usd for spend in purse.today()) <= 1
    for number in numbers[1:]:
        purse.settle(number, Usage(1, usd=Decimal("0.04")))
    print(len(numbers), flush=True)
    sys.stdin.readline()
"""


def spender(state: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SPENDER, state],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def test_processes_that_reserve_at_once_never_pass_the_limit_and_the_killed_stay_charged(state):
    spenders = [spender(state) for _ in range(6)]
    try:
        assert [one.stdout.readline() for one in spenders] == ["open\n"] * 6
        for one in spenders:
            one.stdin.write("\n")
            one.stdin.flush()
        granted = [int(one.stdout.readline()) for one in spenders]
    finally:
        for one in spenders:
            one.send_signal(signal.SIGKILL)
            one.communicate()
    with SqliteStore.open(state) as store:
        (spent,) = store.purse(Decimal(1)).today()
        at_work = [count for count in granted if count]
        assert spent.reserved.usd == len(at_work) * Decimal("0.10")
        assert spent.settled.usd == sum(count - 1 for count in at_work) * Decimal("0.04")
        assert spent.settled.usd + spent.reserved.usd <= 1
        assert sum(granted) >= 10


def test_a_locked_store_is_a_fault_with_a_name(state, monkeypatch):
    monkeypatch.setattr("tddbot.store.database._BUSY_SECONDS", 0.01)
    with SqliteStore.open(state) as store:
        other = sqlite3.connect(state / "store.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnfitError, match="another process keeps it locked"):
            reserve(store.purse(None))
        other.close()


def test_a_store_that_cannot_be_written_grants_nothing(state):
    with SqliteStore.open(state) as store, store._database.reading() as connection:
        connection.execute("PRAGMA query_only = ON")
        with pytest.raises(UnfitError):
            reserve(store.purse(None))
