"""`tddbot spend`: what was spent today and in all, what is left for the day, and what was solved for it."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

import click

from tddbot.app import opened
from tddbot.cli.display import write
from tddbot.domain import Conclusion, Usage
from tddbot.errors import ExitCode
from tddbot.events import Event
from tddbot.generator.asking.pricing import PriceList, price_list
from tddbot.report import curve
from tddbot.report.accounts import spend_lines, worth_lines
from tddbot.report.curve import Worked
from tddbot.report.json_lines import line
from tddbot.report.words import bill
from tddbot.store.records import StoredEnding, StoredSpend

_LEFT_OUT = (Conclusion.CANCELLED, Conclusion.FLAKY)
"""Endings that say nothing of how hard a target was."""


@dataclass(frozen=True, slots=True)
class _Accounts:
    """All that the command knows; `limit` is US dollars a day."""

    today: tuple[StoredSpend, ...]
    in_all: tuple[StoredSpend, ...]
    limit: Decimal | None
    works: tuple[Worked, ...]
    left_out: int

    @property
    def left(self) -> Decimal | None:
        """What the day's limit still lets go, in US dollars."""
        taken = sum((spend.settled.usd + spend.reserved.usd for spend in self.today), Decimal(0))
        return None if self.limit is None else max(Decimal(0), self.limit - taken)


@click.command(short_help="Say what was spent, and what for.")
@click.option("--json", "as_json", is_flag=True, help="Print one object, and nothing else.")
def spend(as_json: bool) -> int:
    """Say what was spent today and in all, what is left for the day, and how many targets were solved for it.

    A target counts each time that it was worked on, but for replays.
    """
    with opened(Path.cwd(), _ignore, None) as app:
        purse, endings = app.store.purse(None), app.store.endings()
        accounts = _Accounts(
            purse.today(), purse.in_all(), app.config.budget.daily(), tuple(map(_worked, _counted(endings))),
            sum(ending.conclusion in _LEFT_OUT for ending in endings),
        )  # fmt: skip
    if as_json:
        write(line(_as_object(accounts, price_list())))
    else:
        width, encoding = shutil.get_terminal_size().columns, (sys.stdout.encoding or "").lower()
        for text in _lines(accounts, price_list(), width, fine=encoding.startswith("utf")):
            write(f"{text}\n")
    return ExitCode.OK


def _counted(endings: Iterable[StoredEnding]) -> Iterator[StoredEnding]:
    return (ending for ending in endings if ending.conclusion not in _LEFT_OUT)


def _worked(ending: StoredEnding) -> Worked:
    return Worked(ending.conclusion is Conclusion.FIXED, ending.usage, ending.seconds, ending.rungs)


def _lines(accounts: _Accounts, prices: PriceList, width: int, fine: bool) -> Iterator[str]:
    if not accounts.in_all and not accounts.works:
        yield "Nothing was spent in this repository, and no target was worked on to its end."
        return
    is_all = accounts.today == accounts.in_all
    yield from _spent("today (UTC), and in all" if is_all else "today (UTC)", accounts.today)
    if accounts.in_all and not is_all:
        yield from _spent("in all", accounts.in_all)
    yield f"{_left(accounts)} today; prices of {prices.dated}"
    yield ""
    yield from worth_lines(accounts.works, accounts.left_out, width, fine)


def _spent(title: str, spends: tuple[StoredSpend, ...]) -> Iterator[str]:
    yield title
    yield from (f"  {text}" for text in spend_lines([(_model(one), one.settled) for one in spends]))
    reserved = sum((one.reserved for one in spends), Usage())
    if reserved.calls:
        yield f"  reserved beside that: {bill(reserved)} at most, for calls under way or cut off by a kill"


def _left(accounts: _Accounts) -> str:
    if accounts.limit is None or accounts.left is None:
        return "no limit in USD for"
    left, limit = (usd.quantize(Decimal("0.01"), ROUND_DOWN) for usd in (accounts.left, accounts.limit))
    return f"{left} of {limit} USD left"


def _as_object(accounts: _Accounts, prices: PriceList) -> dict[str, object]:
    low, high = curve.interval(sum(work.solved for work in accounts.works), len(accounts.works) or 1)
    return {
        "today": [{"model": _model(one), "settled": one.settled, "reserved": one.reserved} for one in accounts.today],
        "in_all": [{"model": _model(one), "settled": one.settled, "reserved": one.reserved} for one in accounts.in_all],
        "usd_per_day": accounts.limit, "usd_left_today": accounts.left, "prices_dated": prices.dated,
        "targets": len(accounts.works), "solved": sum(work.solved for work in accounts.works),
        "solved_95": [low, high] if accounts.works else None, "left_out": accounts.left_out,
        "rungs": curve.by_rung(accounts.works),
        "solved_by_usd": curve.against_usd(accounts.works), "solved_by_seconds": curve.against_seconds(accounts.works),
    }  # fmt: skip


def _model(spend: StoredSpend) -> str:
    """The model's name; a generator puts its own before it."""
    return spend.generator.partition(":")[2] or spend.generator


def _ignore(event: Event) -> None:
    """The accounts say it all."""
