"""Whether more of the same is of any use, and which attempts are worth a repair. Pure.

A round is told by how often its attempts' threads were judged before: so many results the model had seen. An attempt
without a thread has nothing that could be answered to.
"""

from collections.abc import Hashable, Iterable, Sequence

from tddbot.domain import Attempt, Candidate, Dud, Ending, Failure, Result, Ruling
from tddbot.generator.prompt.feedback import steady
from tddbot.generator.prompt.thread import Judged, Thread, thread_of

Rank = tuple[int, int, int]
"""How far an attempt came, the smaller the better: its kind, the reds of its target, the greens it lost."""


def stuck(history: Sequence[Attempt], earlier: Sequence[Attempt] = ()) -> str:
    """Return in one clause why to move up early, or "".

    `history` are the attempts of this rung in order, `earlier` those of the rungs before. Rounds with several attempts
    are compared by their best ones.
    """
    rounds = _rounds(history)
    if not rounds:
        return _useless(history)
    *before, last = rounds
    if _repeats(last, (*earlier, *(attempt for round_ in before for attempt in round_))):
        return "the same edit came twice"
    if not before:
        return ""
    now, then = _best_of(last), _best_of(before[-1])
    if isinstance(now.proposal, Dud):
        return _useless((now, then)) if isinstance(then.proposal, Dud) else ""
    if any(_failure(now) == _failure(_best_of(round_)) for round_ in before):
        return "the same failure came twice"
    if now.run is not None and then.run is not None and _rank(now) > _rank(then):
        return "fewer tests pass than before"
    return ""


def best(history: Sequence[Attempt], most: int) -> tuple[Attempt, ...]:
    """Return at most so many attempts of a rung for the next round to repair, the best first.

    Candidates that ran come first, then fewer reds of the target, fewer lost greens, later rounds. Each patch comes
    once, and no attempt that was repaired already: its repair would be asked for in the same words.
    """
    threads = [thread_of(attempt.proposal.replay) for attempt in history]
    leaves = [
        (attempt, thread)
        for attempt, thread in zip(history, threads, strict=True)
        if thread and not any(_leads_to(thread, other) for other in threads)
    ]
    chosen: dict[str, Attempt] = {}
    for attempt, thread in sorted(leaves, key=lambda leaf: (_rank(leaf[0]), -_depth(leaf[1]))):
        chosen.setdefault(_edit(attempt) or repr(thread), attempt)
    return tuple(chosen.values())[:most]


def _rounds(history: Iterable[Attempt]) -> list[list[Attempt]]:
    found: dict[int, list[Attempt]] = {}
    for attempt in history:
        if thread := thread_of(attempt.proposal.replay):
            found.setdefault(_depth(thread), []).append(attempt)
    return [found[depth] for depth in sorted(found)]


def _depth(thread: Thread) -> int:
    return sum(isinstance(turn, Judged) for turn in thread)


def _leads_to(thread: Thread, other: Thread) -> bool:
    return len(thread) < len(other) and other[: len(thread)] == thread


def _best_of(round_: Sequence[Attempt]) -> Attempt:
    return min(round_, key=_rank)


def _rank(attempt: Attempt) -> Rank:
    run, ruling = attempt.run, attempt.verdict.ruling
    if isinstance(attempt.proposal, Dud):
        return 3, 0, 0
    if run is None:
        return 2, 0, 0
    if run.ending not in (Ending.COMPLETE, Ending.REGRESSED):
        return 1, 0, 0
    lost = len(attempt.verdict.lost)
    # Whatever ran as a whole was plausible: its target was green once.
    if ruling is not Ruling.STILL_RED or lost or attempt.verdict.kept:
        return 0, int(ruling is Ruling.STILL_RED), lost
    return 0, max(1, len(run.reds())), 0


def _edit(attempt: Attempt) -> str:
    return attempt.proposal.patch.id if isinstance(attempt.proposal, Candidate) else ""


def _repeats(round_: Iterable[Attempt], before: Iterable[Attempt]) -> bool:
    """Whether a round has edits, and none that is new."""
    edits = {_edit(attempt) for attempt in round_} - {""}
    return bool(edits) and edits <= {_edit(attempt) for attempt in before}


def _failure(attempt: Attempt) -> Hashable:
    """What went wrong, so that the same failure equals itself whatever address or directory it names.

    Reds that are left in a proof are of other targets: what was ruled of it otherwise is for reasons of its own.
    """
    verdict, run = attempt.verdict, attempt.run
    nodes = () if run is None else [node for node in verdict.lost if node in run.results] or run.reds()
    is_by_tests = verdict.ruling in (Ruling.STILL_RED, Ruling.REGRESSION)
    if run is None or not nodes or not is_by_tests or run.ending not in (Ending.COMPLETE, Ending.REGRESSED):
        return verdict.ruling, steady("\n".join(verdict.reasons))
    return verdict.ruling, frozenset(_told(run.results[node]) for node in nodes)


def _told(result: Result) -> tuple[str, str, str]:
    failure = result.failure or Failure("call", result.outcome.value, "")
    return result.node_id, failure.kind, steady(failure.message)


def _useless(attempts: Iterable[Attempt]) -> str:
    reasons = [steady(attempt.proposal.reason) for attempt in attempts if isinstance(attempt.proposal, Dud)]
    return "no answer could be used, twice for the same reason" if len(set(reasons)) < len(reasons) else ""
