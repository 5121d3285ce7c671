"""From plausible to proven: everything in a fresh process, the target once and again with other seeds, the gates."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from tddbot.domain import Attempt, Candidate, Ending, Kind, NodeId, Ruling, Run, Verdict
from tddbot.gating import gated
from tddbot.judge.coverage import uncovered
from tddbot.judge.flaky import flickered
from tddbot.judge.swallowed import swallowed
from tddbot.judge.verdict import plausible, rule
from tddbot.memorising import learnt, overfit
from tddbot.parallel import in_order
from tddbot.proof import Gate, Proof
from tddbot.protection import protected_as
from tddbot.runner.split import HELD, reason_unfit
from tddbot.stop import Stop
from tddbot.text import decode
from tddbot.work import Work, run, test_texts

_WITHOUT = 2
_MOST_DOUBTED = 5
_FLICKERS = "the target is flaky: it was green with the patch, and then not again"
_UNNEEDED = "the target is flaky: this time it was green without the patch, too"
_FORGED = "the target was green with the patch in the tests' own process, but not with the two apart from each other"


@dataclass(frozen=True, slots=True)
class _Repeat:
    """One more run of the target, with the patch or without it."""

    seed: int
    is_patched: bool = True
    split: bool = False
    trace: bool = False


def prove(work: Work, candidate: Candidate) -> Attempt:
    """Rule on what looked good once; what is accepted, or proven and only offered, has its `proof`.

    Everything runs in a fresh process, twice where a plugin shuffles the tests. The target is repeated with the patch
    as often as the policy says, once apart from the tests where that suits, and twice without it. All that goes side
    by side, as do the gates, and ends when one of it speaks against the patch.
    """
    branch = replace(work, stop=Stop(work.stop))
    with ThreadPoolExecutor(2, "tddbot-gates") as pool:
        gates, clause = pool.submit(gated, branch, candidate), pool.submit(learnt, branch, candidate)
        try:
            attempt = _steady(branch, candidate)
            attempt = overfit(attempt, clause.result()) if attempt.verdict.accepted else attempt
            return _claimed(_gated(attempt, gates.result())) if attempt.verdict.accepted else attempt
        finally:
            branch.stop.set()


def _steady(work: Work, candidate: Candidate) -> Attempt:
    """Rule on a candidate by everything, and what is accepted by the repeats, which go beside it."""
    seeds = _seeds(candidate)
    repeats = list(_repeats(work, seeds))
    tasks: list[Callable[[], Run]] = [
        partial(run, work, candidate, None, seed=seeds(0)),
        *(partial(_repeated, work, candidate, each) for each in repeats),
    ]
    # All of them wait for a place at once, so that none stays free beside a long run of everything.
    runs = in_order(lambda task: task(), tasks, len(tasks) if work.policy.jobs > 1 else 1, work.stop)
    try:
        attempt = _ruled(work, candidate, next(runs))
        return _repeatedly(work, attempt, zip(repeats, runs, strict=True)) if attempt.verdict.accepted else attempt
    finally:
        runs.close()


def _repeatedly(work: Work, attempt: Attempt, repeats: Iterable[tuple[_Repeat, Run]]) -> Attempt:
    held, told, dead = set[str](), list[str](), tuple[str, ...]()
    for repeat, done in repeats:
        if reason := _fault(work, repeat, done):
            unproven = replace(attempt.verdict, ruling=Ruling.UNPROVEN, reasons=(reason,))
            return replace(attempt, verdict=unproven, proof=None)
        held |= {HELD}.intersection(done.held)
        told.append(done.seed)
        if repeat.trace and isinstance(attempt.proposal, Candidate):
            dead = uncovered(attempt.proposal.patch, done)
    first = attempt.proof or Proof()
    seeds = (*first.seeds, *filter(None, told))
    made = replace(first, repeats=work.policy.repeats, without=_WITHOUT, seeds=seeds, uncovered=dead)
    proof = replace(attempt.run, held=(*attempt.run.held, *held)) if attempt.run else None
    return replace(attempt, run=proof, proof=made)


def _ruled(work: Work, candidate: Candidate, proof: Run) -> Attempt:
    """Rule on a run of everything, and on another one where chance may have made it what it is."""
    verdict = rule(work.target, work.baseline, proof, work.flaky)
    if verdict.ruling is Ruling.REGRESSION and (luck := _by_chance(work, candidate, verdict)):
        work.ports.store.record_flaky(luck)
        work = replace(work, flaky=work.flaky | luck)
        proof = run(work, candidate, None, seed=_seeds(candidate)(1))
        verdict = rule(work.target, work.baseline, proof, work.flaky)
    told = [proof.seed]
    if verdict.accepted and "order" in proof.seed:
        other = run(work, candidate, None, seed=_seeds(candidate)(2))
        told.append(other.seed)
        again = rule(work.target, work.baseline, other, work.flaky)
        if not again.accepted:
            reasons = tuple(f"with the tests in another order ({other.seed}): {reason}" for reason in again.reasons)
            return Attempt(candidate, other, replace(again, reasons=reasons))
        flaky = tuple(dict.fromkeys((*verdict.flaky, *again.flaky)))
        verdict = replace(verdict, flaky=flaky)
    made = Proof(proofs=len(told), seeds=tuple(filter(None, told))) if verdict.accepted else None
    return Attempt(candidate, proof, verdict, proof=made)


def _by_chance(work: Work, candidate: Candidate, verdict: Verdict) -> frozenset[NodeId]:
    """Return those of the lost greens that flicker without the patch, where all are green with it the next time."""
    lost = verdict.lost
    if not lost or len(lost) > _MOST_DOUBTED or not set(lost) <= run(work, candidate, lost).greens():
        return frozenset()
    again = [run(work, None, lost) for _ in range(work.policy.repeats)]
    return flickered(lost, work.baseline, again)


def _seeds(candidate: Candidate) -> Callable[[int], int]:
    """Seeds that are the same each time, and that no patch can be made for: they follow from its content."""
    start = int(candidate.patch.id, 16)
    return lambda number: (start + number) % 2**32


def _repeats(work: Work, seeds: Callable[[int], int]) -> Iterator[_Repeat]:
    for number in range(max(work.policy.repeats, _WITHOUT)):
        seed = seeds(3 + number)
        if number < _WITHOUT:
            yield _Repeat(seed, is_patched=False)
        if number < work.policy.repeats:
            yield _Repeat(seed, split=number == 0, trace=number == work.policy.repeats - 1)


def _repeated(work: Work, candidate: Candidate, repeat: _Repeat) -> Run:
    nodes = work.target.node_ids
    if not repeat.is_patched:
        # There is nobody here who could forge. Only what speaks against the patch has to hold in a fresh process, too.
        without = run(work, None, nodes, warm=True)
        return run(work, None, nodes, seed=repeat.seed) if _fault(work, repeat, without) else without
    apart = _apart(work, candidate, repeat.seed) if repeat.split else None
    return apart or run(work, candidate, nodes, trace=repeat.trace, seed=repeat.seed)


def _apart(work: Work, candidate: Candidate, seed: int) -> Run | None:
    """Run the target with the patched modules in a jail of their own; None where that says nothing."""
    files, texts = {node.partition("::")[0] for node in work.target.node_ids}, test_texts(work)
    if len(texts) < len(files) or reason_unfit(candidate.patch, texts, work.target.node_ids):
        return None
    done = run(work, candidate, work.target.node_ids, split=True, seed=seed)
    return done if HELD in done.held and done.ending in (Ending.COMPLETE, Ending.INCOMPLETE) else None


def _fault(work: Work, repeat: _Repeat, done: Run) -> str | None:
    """Say in which way a repeat shows that the proof was luck or forged, or None where it does not."""
    if repeat.is_patched:
        is_won = plausible(work.target, done).ruling is Ruling.PLAUSIBLE
        return _swallowed(work, done) if is_won else _FORGED if HELD in done.held else _FLICKERS
    is_lost = done.ending is Ending.COMPLETE and set(work.target.node_ids) - set(done.reds())
    return _UNNEEDED if is_lost else None


def _swallowed(work: Work, done: Run) -> str | None:
    """Say which assertion of the target failed unseen in a run, or is not reached any more; None without a trace."""
    texts, paths = test_texts(work), {each.path for every in done.asserted.values() for each in every}
    sources = {path: work.ports.repository.read(path) for path in paths - texts.keys()}
    texts |= {path: text[0] for path, source in sources.items() if source and (text := decode(source))}

    def is_kept(path: str) -> bool:
        return protected_as(path, work.policy.protected) is not None

    return next(iter(swallowed(work.target, done, texts, is_kept)), None)


def _claimed(attempt: Attempt) -> Attempt:
    """What claims to be no fix is offered, however well it is proven."""
    is_fix = isinstance(attempt.proposal, Candidate) and attempt.proposal.kind is Kind.FIX
    ruling = attempt.verdict.ruling if is_fix or not attempt.verdict.accepted else Ruling.OFFERED
    return replace(attempt, verdict=replace(attempt.verdict, ruling=ruling))


def _gated(attempt: Attempt, gates: tuple[Gate, ...]) -> Attempt:
    against = tuple(f"{gate.name}: {finding}" for gate in gates if gate.vetoes for finding in gate.findings)
    if against:
        return replace(attempt, verdict=replace(attempt.verdict, ruling=Ruling.GATED, reasons=against))
    return replace(attempt, proof=replace(attempt.proof or Proof(), gates=gates))
