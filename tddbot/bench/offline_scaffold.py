"""How many reds for names that do not exist become work to be done once the names are scaffolded.

A project that is right loses one function, class, method, constant or module at a time, and keeps its tests.
"""

import ast
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tddbot.app import App, opened
from tddbot.bench.measure import Measure
from tddbot.bench.projects import environment
from tddbot.context.targets import targets
from tddbot.domain import Candidate, Ending, Kind, Resolution, Result, Ruling, Run
from tddbot.events import Event
from tddbot.generator.ladder import OFFLINE
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.scaffold.scaffold import scaffold
from tddbot.judge.guard.guarding import forbids, guarded
from tddbot.judge.offers import rule_offer
from tddbot.missing import missing
from tddbot.ports import ProposalRequest, RunRequest
from tddbot.preparing import planned, prepare
from tddbot.repository.create import create
from tddbot.stop import Stop
from tddbot.work import Work, lab_request

REDS = "offline.scaffold.reds"
_TARGET = 0.8
_TEST_SECONDS = 10.0
_GOOD = frozenset({"AssertionError", "NotImplementedError", "Failed"})
"""`Failed` is what pytest raises where an expected exception did not come."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loss:
    """A file without one of its names; `text` None is a file that is gone. `kind` is what the name was."""

    path: str
    name: str
    kind: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one loss: how many tests or files were red for it, how many are red for work to be done now.

    `offered` says that the judge offers the scaffold; `said` is its note, or why there is none.
    """

    loss: Loss
    reds: int
    turned: int
    offered: bool
    said: str


def cases(root: Path) -> Iterator[Loss]:
    """Yield everything that the project at `root` can lose, file by file; what is in `tests` stays."""
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        if relative.startswith("tests/") or not ast.parse(text).body[1:]:
            continue
        yield Loss(relative, path.stem, "module", None)
        for name, kind, node in _names(ast.parse(text)):
            yield Loss(relative, name, kind, _without(text, node))


def measured(root: Path, scratch: Path, say: Say, most: int | None = None) -> Iterator[Measure]:
    """Yield the share of reds that scaffolding turns, and of losses; `most` bounds how many of them are tried."""
    project = scratch / "project"
    shutil.copytree(root, project)
    create(project, "As it is right")
    every = list(cases(project))
    count = min(most or len(every), len(every))
    chosen = [every[number * len(every) // count] for number in range(count)]
    say(f"{count} names are taken out of {root.name}, one at a time")
    trials = [trial for trial in trials_of(project, chosen) if trial is not None]
    yield from figures(trials, root.name)


def trials_of(root: Path, losses: Sequence[Loss]) -> Iterator[Trial | None]:
    """Yield what came of each loss in the repository at `root`; None where no test is red for a missing name."""
    with opened(root, _silent, None, environment(root), sys.executable) as app:
        for loss in losses:
            with _lost(root, loss):
                yield _tried(app, loss)


def figures(trials: Sequence[Trial], name: str) -> Iterator[Measure]:
    """Yield the shares of reds and of losses; nothing where nothing was tried."""
    if not trials:
        return
    reds, turned = sum(trial.reds for trial in trials), sum(trial.turned for trial in trials)
    offered = [trial for trial in trials if trial.offered]
    whole = [trial for trial in offered if trial.turned == trial.reds]
    kinds = Counter(trial.loss.kind for trial in trials)
    how = (
        f"{name}: {', '.join(f'{count} of a {kind}' for kind, count in sorted(kinds.items()))} lost, one at a time;"
        " targets that are red for a missing name, before and after a run of everything with their scaffold"
    )
    yield Measure(REDS, turned / reds, "of the reds", how, "higher", _TARGET)
    yield Measure("offline.scaffold.whole", len(whole) / len(trials), "of the losses", how, "higher")
    yield Measure("offline.scaffold.offered", len(offered) / len(trials), "of the losses", how, "higher")


def _names(tree: ast.Module) -> Iterator[tuple[str, str, ast.stmt]]:
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, "function", node
            case ast.ClassDef(name=name, body=body):
                yield name, "class", node
                methods = [each for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
                yield from (
                    (f"{name}.{each.name}", "method", each) for each in methods if not each.name.startswith("_")
                )
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name, "constant", node


def _without(text: str, node: ast.stmt) -> str:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) else []
    start = min([node.lineno, *(each.lineno for each in decorators)])
    lines = text.splitlines(keepends=True)
    return "".join([*lines[: start - 1], *lines[node.end_lineno :]])


@contextmanager
def _lost(root: Path, loss: Loss) -> Iterator[None]:
    place = root / loss.path
    before = place.read_bytes()
    try:
        if loss.text is None:
            place.unlink()
        else:
            place.write_text(loss.text, encoding="utf-8")
        yield
    finally:
        place.write_bytes(before)


def _tried(app: App, loss: Loss) -> Trial | None:
    ports, stop = app.ports(), Stop()
    snapshot = ports.repository.snapshot()
    baseline = ports.runner.run(RunRequest(snapshot, test_seconds=_TEST_SECONDS, warm=True), stop)
    found = [target for target in targets(baseline, baseline.reds()) if any(map(_misses, target.results))]
    if baseline.ending is not Ending.COMPLETE or not found:
        return None
    prepared = prepare(planned(ports, app.policy(), snapshot, baseline, found[0], stop))
    if isinstance(prepared, Resolution):
        return None
    work, brief = prepared
    rung = next(rung for rung in work.policy.ladder if rung.generator == OFFLINE)
    with ports.runner.lab(lab_request(work)) as lab:
        inquiry = Inquiry(ProposalRequest(brief, rung, lab=lab), work.ledger, stop)
        made = [each for each in scaffold(inquiry) if isinstance(each, Candidate) and each.kind is Kind.SCAFFOLD]
    return _judged(work, loss, made[0] if made else None, "; ".join(inquiry.reasons))


def _judged(work: Work, loss: Loss, made: Candidate | None, reasons: str) -> Trial:
    missed = [result for result in work.target.results if _misses(result)]
    if made is None or forbids(guarded(made.patch)):
        return Trial(loss, len(missed), 0, False, reasons)
    request = RunRequest(
        work.snapshot, made.patch, detail=True, test_seconds=_TEST_SECONDS, keep=work.baseline.greens()
    )
    proof = work.ports.runner.run(replace(request, warm=True), work.stop)
    is_offered = rule_offer(work.target, work.baseline, proof).ruling is Ruling.OFFERED
    turned = sum(is_offered and _is_turned(result, proof) for result in missed)
    return Trial(loss, len(missed), turned, is_offered, made.note)


def _misses(result: Result) -> bool:
    return result.failure is not None and missing(result.failure) is not None


def _is_turned(before: Result, proof: Run) -> bool:
    """Whether a test, or each one of a file that could not be collected, is green or red for work to be done."""
    node = before.node_id
    after = [each for name, each in proof.results.items() if name == node or name.startswith(f"{node}::")]
    return bool(after) and all(each.outcome.is_green or _is_work(each) for each in after)


def _is_work(result: Result) -> bool:
    failure = result.failure
    if failure is None:
        return False
    return failure.kind.rpartition(".")[2] in _GOOD or (
        failure.phase != "call" and "NotImplementedError" in failure.text
    )


def _silent(_: Event) -> None:
    """What is told is of no interest here."""
