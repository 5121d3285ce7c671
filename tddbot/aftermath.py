"""What the tests leave open of a patch that is proven: changes of its lines that none of them notices."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Timer

from tddbot.context.code.files import Files
from tddbot.context.code.layout import Layout
from tddbot.context.code.reach import Reach
from tddbot.domain import Attempt, Brief, Candidate, Ending, Excerpt, NodeId, Patch, Role, Run
from tddbot.generator.offline.repair.forward import Mutant, mutants
from tddbot.judge.coverage import added_lines
from tddbot.judge.skeletons import name_of, skeleton
from tddbot.judge.unpinned import MOST, Survivor, is_noticed, is_telling, ranked, words
from tddbot.lab import Lab
from tddbot.parallel import in_order
from tddbot.proof import Unpinned
from tddbot.stop import Stop
from tddbot.ties.contest import Split
from tddbot.ties.differing import Place, differing
from tddbot.ties.hearing import Hearing
from tddbot.ties.parting import Parting
from tddbot.work import Work, run, test_texts

# Of the time, what the sieve and the questions may take until they begin nothing more; the rest is for the proof.
_SIEVED, _ASKED = 0.4, 0.7
_MOST_ASKED = 40
_MOST_DOUBTED = 15
# Where there is no laboratory, each mutant takes as long as a run.
_FEW = 12
_FEWEST = 8
_NAME = "mutant"


@dataclass(frozen=True, slots=True)
class _Watch:
    """How much of the time is used up: `elapsed` in seconds since the work began, `began` when this did."""

    work: Work
    began: float
    seconds: float

    def left(self, share: float = 1.0) -> float:
        """The seconds until a share of the time is over."""
        if self.work.stop.is_set():
            return 0.0
        return self.began + self.seconds * share - self.work.ledger.elapsed()


def unpinned(work: Work, attempt: Attempt) -> tuple[Unpinned, ...]:
    """Return at most five changes of the added lines with which all tests pass, those that matter most first.

    Mutants that are likely the same program are left out. It takes `unpinned_seconds` of wall clock at most, and less
    where the budget's end is nearer; what was found until then counts, but for what could not be confirmed.
    """
    seconds = min(work.policy.unpinned_seconds, work.ledger.seconds_left())
    if seconds <= 0 or attempt.run is None or not isinstance(attempt.proposal, Candidate):
        return ()
    with _within(work.stop, seconds) as stop:
        branch = replace(work, stop=stop)
        watch = _Watch(branch, work.ledger.elapsed(), seconds)
        patch = attempt.proposal.patch
        found = _found(branch, patch, watch)
        nodes = _affected(branch, patch, attempt.run, watch.left() / 2) if found else ()
        return _told(branch, _confirmed(branch, found, nodes, watch))


@contextmanager
def _within(stop: Stop, seconds: float) -> Iterator[Stop]:
    """Lend a stop token that is set after so many seconds, and at the end."""
    branch = Stop(stop)
    clock = Timer(seconds, branch.set)
    clock.daemon = True
    clock.start()
    try:
        yield branch
    finally:
        clock.cancel()
        branch.set()


def _found(work: Work, patch: Patch, watch: _Watch) -> list[tuple[Mutant, Survivor]]:
    """Return what may be unpinned, those that matter most first."""
    lines = {edit.path: added_lines(edit) for edit in patch.edits}
    made = mutants(patch, lines, lambda: watch.left(_SIEVED) > 0)
    lab = work.lab
    passed = _passed(lab, patch, made, watch) if lab is not None and not lab.fault else None
    if lab is None or passed is None:
        plain = [(each, _survivor(patch, each, _places(patch, each))) for each in made]
        return [pair for pair in plain if is_telling(pair[1])][:_FEW]
    found = list(_asked(work, patch, passed[:_MOST_ASKED], lab, watch))
    by_survivor = {survivor.mutant_id: mutant for mutant, survivor in found}
    return [(by_survivor[each.mutant_id], each) for each in ranked(survivor for _, survivor in found)]


def _passed(lab: Lab, patch: Patch, made: Sequence[Mutant], watch: _Watch) -> list[Mutant] | None:
    """Return the mutants that the laboratory lets through; None where it does not even let the patch through."""

    def drawn() -> Iterator[Patch]:
        yield patch
        for mutant in made:
            if watch.left(_SIEVED) <= 0:
                return
            yield mutant.patch

    screened = lab.screen(drawn(), watch.work.stop)
    first = next(screened, None)
    if first is None or not first.passed:
        return None
    return [mutant for mutant, each in zip(made, screened, strict=False) if each.passed]


def _places(patch: Patch, mutant: Mutant) -> tuple[Place, ...]:
    return tuple(place for place in differing([patch, mutant.patch]) if place.path == mutant.path)


def _survivor(patch: Patch, mutant: Mutant, places: Sequence[Place], split: Split | None = None) -> Survivor:
    source = next(edit.after or "" for edit in patch.edits if edit.path == mutant.path)
    function = places[0].function if places else ""
    names = patch.id, mutant.patch.id
    change = mutant.start, mutant.end, mutant.text
    return Survivor(mutant.path, source, *change, mutant.slip.value, *names, function, split)


def _asked(
    work: Work, patch: Patch, passed: Sequence[Mutant], lab: Lab, watch: _Watch
) -> Iterator[tuple[Mutant, Survivor]]:
    """Yield those that differ from the patch on some input, or of which that cannot be found out and is likely."""
    groups: dict[tuple[str, ...], list[Mutant]] = {}
    for mutant in passed:
        groups.setdefault(tuple(place.function for place in _places(patch, mutant)), []).append(mutant)
    texts = tuple(Excerpt(path, text, Role.TEST) for path, text in test_texts(work).items())
    brief = Brief(work.target, texts)
    with _within(work.stop, max(watch.left(_ASKED), 0.0)) as stop:
        hearing = Hearing(lab, stop, work.ledger.elapsed, brief, work.redactor.redacted)
        for group in groups.values():
            places = differing([patch, *(mutant.patch for mutant in group)])
            parting = _parting(patch, group, places, hearing)
            for mutant in group:
                split = _split(parting, patch.id, mutant.patch.id, places)
                survivor = _survivor(patch, mutant, _places(patch, mutant), split)
                if split or (parting.compared < _FEWEST and is_telling(survivor)):
                    yield mutant, survivor


def _parting(patch: Patch, group: Sequence[Mutant], places: Sequence[Place], hearing: Hearing) -> Parting:
    parting = Parting([Candidate(each, _NAME) for each in (patch, *(mutant.patch for mutant in group))])
    for place in places:
        if not hearing.stop.is_set():
            parting.compare(place, hearing, lambda: not hearing.stop.is_set())
    return parting


def _split(parting: Parting, patch: str, mutant: str, places: Sequence[Place]) -> Split | None:
    """Return the smallest input on which a mutant parts from the patch, where nobody is surprised by the patch."""
    raised = {name for place in places for name in place.raises}
    for split in parting.splits():
        answer = split.answers[patch]
        is_other = split.marks[patch] != split.marks[mutant]
        is_meant = not answer.raised or answer.text in raised
        if is_other and is_meant:
            return split
    return None


def _confirmed(
    work: Work, found: Sequence[tuple[Mutant, Survivor]], nodes: tuple[NodeId, ...], watch: _Watch
) -> list[Survivor]:
    """Return at most five, no two of one line or noticed by one test, with which all tests pass that may notice."""
    confirmed: list[Survivor] = []
    if not nodes:
        return confirmed

    def is_told(survivor: Survivor) -> bool:
        return any(
            (survivor.path, survivor.line) == (other.path, other.line) or is_noticed(survivor, other)
            for other in confirmed
        )

    drawn = (pair for pair in found[: MOST + _MOST_DOUBTED] if not is_told(pair[1]))
    with _within(work.stop, max(watch.left(), 0.0)) as stop:
        branch = replace(work, stop=stop)
        runs = in_order(lambda pair: (pair[1], _is_unnoticed(branch, pair[0], nodes)), drawn, work.policy.jobs, stop)
        for survivor, is_unnoticed in runs:
            if is_unnoticed and not is_told(survivor):
                confirmed.append(survivor)
            if len(confirmed) == MOST:
                stop.set()
                break
        runs.close()
    return ranked(confirmed)


def _is_unnoticed(work: Work, mutant: Mutant, nodes: tuple[NodeId, ...]) -> bool:
    done = run(work, Candidate(mutant.patch, _NAME), nodes, warm=True)
    return done.ending is Ending.COMPLETE and set(nodes) <= done.greens()


def _affected(work: Work, patch: Patch, proof: Run, seconds: float) -> tuple[NodeId, ...]:
    """Return the tests that are green with the patch: all, or those of files that import what it changes.

    Nothing where neither takes less than so many seconds.
    """
    green = proof.greens() - work.flaky
    every = tuple(node for node in proof.results if node in green)
    if _seconds(proof, every) <= seconds:
        return every
    files = Files(work.ports.repository.files(), work.ports.repository.read)
    reach = Reach(Layout(files), files)
    tests = {node.partition("::")[0] for node in every}
    near = {test for test in tests if _reaches(test, frozenset(patch.paths), reach)}
    near |= {node.partition("::")[0] for node in work.target.node_ids}
    chosen = tuple(node for node in every if node.partition("::")[0] in near)
    return chosen if _seconds(proof, chosen) <= seconds else ()


def _seconds(proof: Run, nodes: Sequence[NodeId]) -> float:
    """How long tests take: as in the proof, and half of what that took besides, which is collecting most of all."""
    besides = proof.seconds - sum(each.seconds for each in proof.results.values())
    return sum(proof.results[node].seconds for node in nodes) + max(besides, 0.0) / 2


def _reaches(test: str, wanted: frozenset[str], reach: Reach) -> bool:
    """Whether a file imports one of these, be it through others."""
    seen, waiting = {test}, [test]
    while waiting:
        for path in reach.of(waiting.pop()):
            if path in wanted:
                return True
            if path not in seen:
                seen.add(path)
                waiting.append(path)
    return False


def _told(work: Work, survivors: Sequence[Survivor]) -> tuple[Unpinned, ...]:
    texts = test_texts(work)
    first = work.target.node_ids[0].partition("::")[0] if work.target.node_ids else ""
    told: list[Unpinned] = []
    for survivor in survivors:
        test = skeleton(survivor, texts.get(first, ""), [name_of(each.test) for each in told])
        told.append(Unpinned(survivor.path, survivor.line, words(survivor), test))
    return tuple(told)
