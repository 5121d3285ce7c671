"""Rulings: whether a target looks won in one run, and whether a proof wins it with nothing lost."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tddbot.domain import Ending, NodeId, Result, Ruling, Run, Target, Verdict

NAMED = 5
"""The most node IDs that one reason names."""


def plausible(target: Target, run: Run) -> Verdict:
    """Rule on a run of the target alone: PLAUSIBLE, STILL_RED, UNPROVEN where it is not complete, or CANCELLED."""
    if unusable := _unusable(run, "run"):
        return unusable
    seen = _Seen(run)
    reasons = _unwon(target, seen)
    return Verdict(Ruling.STILL_RED if reasons else Ruling.PLAUSIBLE, reasons, won=_won(target.results, seen))


def rule(target: Target, baseline: Run, proof: Run, flaky: Collection[NodeId] = ()) -> Verdict:
    """Rule on a patch by the run of everything: ACCEPTED only where the target is won and nothing else is worse.

    Nothing worse means: both runs are complete and of one tree; no test that was green is anything else now; no test
    is red that was not red before; no test is gone; no fewer tests are collected. `won` holds every test that went
    from red to green, the target's first, `lost` every one that was green and is not. Greens of which it is known that
    they are `flaky` may be red: they are named, and veto nothing.
    """
    harm = unharmed(target, baseline, proof, flaky)
    if harm.ruling not in (Ruling.PLAUSIBLE, Ruling.REGRESSION) or proof.ending is not Ending.COMPLETE:
        return harm
    if still_red := _unwon(target, _Seen(proof)):
        return replace(harm, ruling=Ruling.STILL_RED, reasons=(*still_red, *harm.reasons))
    return harm if harm.reasons else replace(harm, ruling=Ruling.ACCEPTED)


def unharmed(target: Target, baseline: Run, proof: Run, flaky: Collection[NodeId] = ()) -> Verdict:
    """Rule on a patch by the run of everything, whatever becomes of the target: PLAUSIBLE where nothing is worse."""
    if unusable := _unusable(proof, "proof") or _unusable(baseline, "baseline"):
        return unusable
    if proof.ending is Ending.REGRESSED:
        reached = baseline.greens() & proof.results.keys()
        lost = tuple(node for node in proof.results if node in reached - proof.greens())
        return Verdict(Ruling.REGRESSION, (proof.detail,), lost=lost)
    if baseline.tree != proof.tree:
        return Verdict(Ruling.UNPROVEN, ("the proof is of another tree than the baseline",))
    before, after = _Seen(baseline), _Seen(proof)
    greens = baseline.greens()
    gone = [node for node in baseline.results if node in greens and not after.is_green(node)]
    flickers = tuple(node for node in gone if node in flaky and after.is_red(node))
    lost = tuple(node for node in gone if node not in flickers)
    won = _won((*target.results, *(baseline.results[node] for node in baseline.reds())), after)
    worse = (*_losses(lost, after), *_worse(before, after))
    ruling = Ruling.REGRESSION if worse else Ruling.PLAUSIBLE
    return Verdict(ruling, worse, won, lost, kept=len(greens) - len(gone), flaky=flickers)


@dataclass(frozen=True)
class _Seen:
    """A run, with its tests by what holds them: a file that could not be collected once has tests another time."""

    run: Run

    @cached_property
    def below(self) -> dict[NodeId, list[Result]]:
        """The tests below each file and class."""
        found: dict[NodeId, list[Result]] = {}
        for result in self.run.results.values():
            if not _is_collector(result):
                for above in _above(result.node_id):
                    found.setdefault(above, []).append(result)
        return found

    @cached_property
    def tests(self) -> int:
        """How many tests were collected; a file that could not be is none."""
        return sum(not _is_collector(result) for result in self.run.results.values())

    def is_green(self, node: NodeId) -> bool:
        return node in self.run.results and self.run.results[node].outcome.is_green

    def is_red(self, node: NodeId) -> bool:
        return node in self.run.results and self.run.results[node].outcome.is_red

    def tests_of(self, was: Result) -> list[Result]:
        """The tests that this run has where another run had `was`: that test, or what its file holds now."""
        if was.node_id in self.run.results:
            return [self.run.results[was.node_id]]
        return self.below.get(was.node_id, []) if _is_collector(was) else []


def _is_collector(result: Result) -> bool:
    """Whether a result speaks of a file or class that could not be collected, or was skipped whole."""
    return "::" not in result.node_id or (result.failure is not None and result.failure.phase == "collect")


def _above(node: NodeId) -> Iterator[NodeId]:
    """Yield the node IDs of the file and the classes that a test lies in, outermost first."""
    end = node.find("::")
    while end >= 0:
        yield node[:end]
        end = node.find("::", end + 2)


def _unusable(run: Run, name: str) -> Verdict | None:
    if run.ending in (Ending.COMPLETE, Ending.REGRESSED):
        return None
    if run.ending is Ending.CANCELLED:
        return Verdict(Ruling.CANCELLED, (f"the {name} was cancelled",))
    return Verdict(Ruling.UNPROVEN, (f"the {name} is {run.ending.value}" + (f": {run.detail}" if run.detail else ""),))


def _won(were_red: Iterable[Result], seen: _Seen) -> tuple[NodeId, ...]:
    """The green tests where red ones were, each once."""
    tests = (test for was in were_red for test in seen.tests_of(was))
    return tuple(dict.fromkeys(test.node_id for test in tests if test.outcome.is_green))


def _unwon(target: Target, seen: _Seen) -> tuple[str, ...]:
    """Why the target is not won; () where it is."""
    if not target.results:
        return ("the target has no tests",)
    faults = [f"{was.node_id} ({fault})" for was in target.results if (fault := _fault(was, seen))]
    return (f"not won: {_listed(faults)}",) if faults else ()


def _fault(was: Result, seen: _Seen) -> str | None:
    """Why one test of a target is not won; a file needs to be collected, one test green and none red."""
    tests = seen.tests_of(was)
    reds = [test for test in tests if test.outcome.is_red]
    if reds and reds[0].node_id != was.node_id:
        return f"{len(reds)} of its {len(tests)} tests red, first {_described(reds[0])}"
    if reds or not tests:
        return _described(reds[0]) if reds else "gone"
    return None if any(test.outcome.is_green for test in tests) else _described(tests[0])


def _described(result: Result) -> str:
    failure = result.failure
    said = (failure.message or failure.kind).strip().partition("\n")[0] if failure else ""
    return f"{result.outcome.value}: {said[:200]}" if said else result.outcome.value


def _losses(lost: Sequence[NodeId], after: _Seen) -> Iterator[str]:
    if lost:
        states = Counter(_state(node, after.run) for node in lost)
        counts = ", ".join(f"{count} {state}" for state, count in states.items())
        yield f"green before, not now ({counts}): {_listed(lost)}"


def _state(node: NodeId, run: Run) -> str:
    return run.results[node].outcome.value if node in run.results else "gone"


def _worse(before: _Seen, after: _Seen) -> Iterator[str]:
    """What is worse in a proof, the greens that were lost aside."""
    if fresh := [node for node in after.run.reds() if not _was_red(node, before) and not before.is_green(node)]:
        yield f"red now, not before: {_listed(fresh)}"
    gone = [was.node_id for was in before.run.results.values() if not was.outcome.is_green and not after.tests_of(was)]
    if gone:
        yield f"gone: {_listed(gone)}"
    if after.tests < before.tests:
        yield f"{after.tests} tests are collected, {before.tests} were before"


def _was_red(node: NodeId, before: _Seen) -> bool:
    """Whether a test was red, or in a file or class that could not be collected."""
    return before.is_red(node) or any(before.is_red(above) for above in _above(node))


def _listed(nodes: Iterable[str]) -> str:
    every = [node if len(node) <= 300 else f"{node[:300]}…" for node in nodes]
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more
