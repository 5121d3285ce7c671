"""`tddbot context`: what would leave this machine for the first request of each target, and nothing else is sent."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from tddbot.app import App, opened
from tddbot.budget import Budget
from tddbot.cli.choice import chosen
from tddbot.cli.display import unsafe_option
from tddbot.cli.fix import from_root
from tddbot.cli.interrupt import stop_on_signal
from tddbot.context.targets import targets
from tddbot.domain import Attempt, Brief, Ending, Resolution
from tddbot.errors import ExitCode, UsageError
from tddbot.events import Event, Notice
from tddbot.generator.asking.billing import estimated_tokens
from tddbot.generator.ladder import MODEL, OFFLINE, ladder
from tddbot.generator.model_generator import ModelGenerator
from tddbot.generator.settings import server
from tddbot.generator.wire.request import as_sent
from tddbot.generator.wire.showing import ShowingLine, Shown
from tddbot.loop import climb
from tddbot.ports import ProposalRequest, Rung
from tddbot.preparing import planned, prepare, take_baseline, with_tests_protected
from tddbot.stop import Stop
from tddbot.work import Work, begun

_FREE = Budget(None, None, None, None)
_PARTS = ("instructions", "tests and what is around them", "sources and failures")
_REDACTED = re.compile(r"\[redacted: [^\]\n]{1,200}\]")


@click.command(short_help="Show what a model would be told; send nothing.")
@click.argument("node_ids", nargs=-1, metavar="[NODE_ID]…")
@click.option("--rung", "wanted", metavar="N|NAME", default="1", help="The rung that asks, by number from 1 or name.")
@click.option("--json", "as_json", is_flag=True, help="Print the body of each request, one a line, and nothing else.")
@unsafe_option
def context(node_ids: tuple[str, ...], wanted: str, as_json: bool, unsafe: bool) -> int:
    """Show what would leave this machine for the first request of each target; send nothing.

    The tests are run, as for `tddbot fix`; no key is needed. The text goes to standard output word for word, below a
    rule for each part; sizes, and what was kept out of it, go to standard error.
    """
    with stop_on_signal() as stop, opened(Path.cwd(), _tell, "tddbot context", unsafe=unsafe) as app:
        rung = _rung(app, wanted)
        names = [from_root(name, Path.cwd(), app.repository.root) for name in node_ids]
        for request in requests(app, names, rung, stop):
            _print_json(request.shown) if as_json else _print(request)
        return ExitCode.INTERRUPTED if stop.is_set() else ExitCode.OK


@dataclass(frozen=True)
class Request:
    """The requests that open the work on one target: one, or as many as there are candidates side by side."""

    title: str
    brief: Brief
    shown: Sequence[Shown]


def requests(app: App, names: Sequence[str], rung: Rung, stop: Stop) -> Iterator[Request]:
    """Yield what would be sent for each chosen target, and say for which nothing would be."""
    ports, policy = app.ports(), replace(app.policy(), budget=_FREE)
    snapshot, baseline = take_baseline(ports, policy, stop)
    if baseline.ending is Ending.CANCELLED:
        return
    policy = with_tests_protected(policy, baseline, ports.repository.read)
    found = targets(baseline, chosen(baseline, names))
    if not found:
        _say("Nothing of that is red: no request would be made.")
    for cluster in found:
        prepared = prepare(planned(ports, policy, snapshot, baseline, cluster, stop))
        if stop.is_set():
            return
        if isinstance(prepared, Resolution):
            _say(f"For {cluster.node_ids[0]} no request would be made: {prepared.reason}")
        else:
            work, brief = prepared
            earlier = _tried_for_nothing(work, brief)
            title = work.redactor.redacted(", ".join(work.target.node_ids[:3]))
            yield Request(title, brief.shown or brief, _shown(app, work, brief, rung, earlier))


def _tried_for_nothing(work: Work, brief: Brief) -> tuple[Attempt, ...]:
    """Try what costs nothing, as is done before a model is asked: what it brings to light is told to the model."""
    free = tuple(rung for rung in work.policy.ladder if rung.generator == OFFLINE)
    attempts: list[Attempt] = []
    with begun(work) as lab:
        for attempt in climb(replace(work, policy=replace(work.policy, ladder=free), lab=lab), brief):
            attempts.append(attempt)
            if attempt.verdict.accepted:
                _say("No model is needed here: a fix was found without one.")
                break
    return tuple(attempts)


def _shown(app: App, work: Work, brief: Brief, rung: Rung, earlier: tuple[Attempt, ...]) -> Sequence[Shown]:
    """Have the generator itself ask, over a line that leads nowhere."""
    settings = app.config.model
    address = server(settings, app.environment) or "openai"
    line = ShowingLine(app.store.memory(), address, "" if settings.api == "auto" else settings.api)
    read, protected = app.repository.read, app.config.judge.protected
    purse = app.store.purse(app.config.budget.daily())
    generator = ModelGenerator(settings, line, read, lambda path: path, purse, protected)
    request = ProposalRequest(brief, rung, earlier=earlier, clean=work.redactor.redacted)
    for proposal in generator.propose(request, work.ledger, work.stop):
        if not line.shown:
            _say(getattr(proposal, "reason", ""))
    return sorted(line.shown, key=lambda shown: json.dumps(shown.question.prompt.appended))


def _rung(app: App, wanted: str) -> Rung:
    """Return the rung that is meant; raise UsageError where there is none, with those that there are."""
    rungs = [rung for rung in ladder(True, app.config.model) if rung.generator == MODEL]
    for number, rung in enumerate(rungs, start=1):
        if wanted in (str(number), rung.name):
            if number > 1:
                _say(
                    "A rung after the first is also told what was tried before it and why it failed; that is not here."
                )
            return rung
    listed = "; ".join(f"{number}: {rung.name}" for number, rung in enumerate(rungs, start=1))
    raise UsageError(f"no rung is called {wanted[:200]!r}", f"The rungs that ask a model are {listed}.")


def _print_json(shown: Sequence[Shown]) -> None:
    for each in shown:
        _write(as_sent(each.body) + "\n")


def _print(request: Request) -> None:
    count = len(request.shown)
    for number, shown in enumerate(request.shown, start=1):
        which = f" ({number} of {count} side by side)" if count > 1 else ""
        model, effort = shown.question.model, shown.body.get("reasoning", {}).get("effort", shown.question.effort)
        _write(_rule(f"{request.title}: to {model}, effort {effort}{which}"))
        texts = list(_texts(shown))
        for place, text in enumerate(texts):
            _write(_rule(_PARTS[place] if place < len(_PARTS) else "what this request begins with"))
            _write(text if text.endswith("\n") else f"{text}\n")
        _write(_rule("end"))
        _say(f"the request for {request.title}{which}")
        _account(request.brief, texts)


def _account(brief: Brief, texts: Sequence[str]) -> None:
    """Say how large everything is, and what was taken out."""
    _say(f"instructions: {_size(texts[0])}")
    for excerpt in brief.excerpts:
        _say(f"{excerpt.path or 'the repository'} ({excerpt.role.value}): {_size(excerpt.text)}")
    _say(f"in all: {_size(''.join(texts))}")
    if brief.withheld:
        _say(f"withheld: {brief.withheld.count} of the cases of these tests")
    for mark in sorted({mark for text in texts for mark in _REDACTED.findall(text)}):
        _say(f"taken out: {mark}")


def _size(text: str) -> str:
    size = len(text.encode("utf-8", "replace"))
    return f"{size:,} bytes, at most {estimated_tokens(size):,} tokens"


def _texts(shown: Shown) -> Iterator[str]:
    prompt = shown.question.prompt
    yield prompt.instructions
    for item in prompt.input:
        yield "".join(_plain(item))


def _plain(item: Mapping[str, Any]) -> Iterator[str]:
    return (part["text"] for part in item["content"])


def _rule(title: str) -> str:
    return f"──────── {title} ────────\n"


def _tell(event: Event) -> None:
    if isinstance(event, Notice):
        _say(event.text)


def _say(sentence: str) -> None:
    click.echo(f"tddbot: {sentence}", err=True)


def _write(text: str) -> None:
    """Write the bytes that would be sent; a terminal gets escapes for what would move its cursor."""
    if sys.stdout.isatty():
        text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda found: ascii(found[0])[1:-1], text)
    click.echo(text.encode("utf-8", "replace"), nl=False)
