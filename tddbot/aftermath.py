"""What the tests leave open of a patch that is proven: changes of its lines that none of them notices."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tddbot.context.code.files import Files
from tddbot.context.code.layout import Layout
from tddbot.context.code.reach import Reach
from tddbot.domain import Attempt, Brief, Candidate, Ending, Excerpt, NodeId, Patch, Role, Run
from tddbot.generator.offline.repair.forward import Mutant, mutants
from tddbot.judge.coverage import added_lines
from tddbot.judge.unpinned.parted import named, parted
from tddbot.judge.unpinned.skeletons import name_of, skeleton
from tddbot.judge.unpinned.unpinned import MOST, Survivor, is_noticed, is_telling, ranked, words
from tddbot.lab import Fate, Lab
from tddbot.parallel import in_order
from tddbot.proof import Unpinned
from tddbot.stop import Stop
from tddbot.ties.hearing import Hearing, limited
from tddbot.ties.patched import PatchedLab, is_of_bodies
from tddbot.work import Work, lab_request, run, test_texts

# Of the time, what the sieve and the questions may take until they begin nothing more; the rest is for the proof.
_SIEVED, _ASKED = 0.4, 0.7
_MOST_DOUBTED = 20
# Where some mutants of a line do not end, the others will hardly, and each takes as long as it may.
_MOST_ENDLESS = 2
# Where there is no laboratory, each mutant takes as long as a run.
_FEW = 12


@dataclass(frozen=True, slots=True)
class _Watch:
    """How much of the time is used up: `began` and `seconds` as the work's ledger counts them."""

    work: Work
    began: float
    seconds: float

    def left(self, share: float = 1.0) -> float:
        """The seconds until a share of the time is over; none once it is stopped."""
        left = self.began + self.seconds * share - self.work.ledger.elapsed()
        return 0.0 if self.work.stop.is_set() else max(left, 0.0)


def unpinned(work: Work, attempt: Attempt) -> tuple[Unpinned, ...]:
    """Return at most five changes of the added lines with which all tests pass, those that matter most first.

    Mutants that are likely the same program are left out. It takes `unpinned_seconds` of wall clock at most, and less
    where the budget's end is nearer; what was confirmed until then counts.
    """
    seconds = min(work.policy.unpinned_seconds, work.ledger.seconds_left())
    if seconds <= 0 or attempt.run is None or not isinstance(attempt.proposal, Candidate):
        return ()
    with limited(work.stop, seconds) as stop:
        branch = replace(work, stop=stop)
        watch = _Watch(branch, work.ledger.elapsed(), seconds)
        patch = attempt.proposal.patch
        with _lab(branch, patch, attempt.run) as lab:
            found = _found(replace(branch, lab=lab), patch, watch)
        nodes = _affected(branch, patch, attempt.run, watch.left() / 2) if found else ()
        return _told(branch, _confirmed(branch, found, nodes) if nodes else [])


@contextmanager
def _lab(work: Work, patch: Patch, proof: Run) -> Iterator[Lab | None]:
    """Lend the target's laboratory, or where each mutant would have all imported anew in it, one with the patch."""
    if work.lab is None or work.lab.fault or is_of_bodies(patch):
        yield work.lab
        return
    request = lab_request(work)
    wanted, won = frozenset(work.target.node_ids), proof.greens() - work.flaky
    # A file that could not be collected has tests now.
    target = tuple(
        node for node in proof.results if node in won and not wanted.isdisjoint((node, node.partition("::")[0]))
    )
    keep = tuple(node for node in request.keep if node in won)
    with work.ports.runner.lab(replace(request, target=target, keep=keep, patch=patch)) as lab:
        yield PatchedLab(lab, patch)


def _found(work: Work, patch: Patch, watch: _Watch) -> list[Survivor]:
    """Return what may be unpinned, those that matter most first."""
    lines = {edit.path: added_lines(edit) for edit in patch.edits}
    made = mutants(patch, lines, lambda: watch.left(_SIEVED) > 0)
    lab = work.lab
    passed = _passed(lab, patch, made, watch) if made and lab is not None and not lab.fault else None
    if lab is None or passed is None:
        telling = [each for each in _survivors(patch, made) if is_telling(each)]
        return named(telling[:_FEW])
    brief = Brief(work.target, tuple(Excerpt(path, text, Role.TEST) for path, text in test_texts(work).items()))
    with limited(work.stop, watch.left(_ASKED)) as stop:
        hearing = Hearing(lab, stop, work.ledger.elapsed, brief, work.redactor.redacted)
        return ranked(parted(patch, named(_survivors(patch, passed)), hearing))


def _passed(lab: Lab, patch: Patch, made: Sequence[Mutant], watch: _Watch) -> list[Mutant] | None:
    """Return the mutants that the laboratory lets through; None where it does not even let the patch through."""
    waiting: deque[Mutant] = deque()
    endless: Counter[tuple[str, int]] = Counter()

    def drawn() -> Iterator[Patch]:
        yield patch
        for mutant in made:
            if watch.left(_SIEVED) <= 0:
                return
            if endless[mutant.path, mutant.line] < _MOST_ENDLESS:
                waiting.append(mutant)
                yield mutant.patch

    screened = iter(lab.screen(drawn(), watch.work.stop))
    first = next(screened, None)
    if first is None or not first.passed:
        return None
    passed = []
    for each in screened:
        mutant = waiting.popleft()
        endless[mutant.path, mutant.line] += each.fate is Fate.TIMEOUT
        passed += [mutant] if each.passed else []
    return passed


def _survivors(patch: Patch, passed: Sequence[Mutant]) -> list[Survivor]:
    texts = {edit.path: edit.after or "" for edit in patch.edits}
    return [
        Survivor(each.path, texts[each.path], each.start, each.end, each.text, each.slip.value, patch.id, each.patch)
        for each in passed
    ]


def _confirmed(work: Work, found: Sequence[Survivor], nodes: tuple[NodeId, ...]) -> list[Survivor]:
    """Return at most five, no two of one line or noticed by one test, with which all of these tests pass."""
    confirmed: list[Survivor] = []

    def is_told(survivor: Survivor) -> bool:
        place = survivor.path, survivor.line
        return any((each.path, each.line) == place or is_noticed(survivor, each) for each in confirmed)

    def tried(survivor: Survivor) -> tuple[Survivor, bool]:
        done = run(branch, Candidate(survivor.mutant, "mutant"), nodes, warm=True)
        return survivor, done.ending is Ending.COMPLETE and set(nodes) <= done.greens()

    branch = replace(work, stop=Stop(work.stop))
    drawn = (each for each in found[:_MOST_DOUBTED] if not is_told(each))
    runs = in_order(tried, drawn, work.policy.jobs, branch.stop)
    for survivor, is_unnoticed in runs:
        if is_unnoticed and not is_told(survivor):
            confirmed.append(survivor)
        if len(confirmed) == MOST:
            break
    branch.stop.set()
    runs.close()
    return ranked(confirmed)


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
    """Return survivors in words, each with a test for the file of the target's first test."""
    path = work.target.node_ids[0].partition("::")[0] if work.target.node_ids else ""
    text = test_texts(work).get(path, "")
    told: list[Unpinned] = []
    for each in survivors:
        test = skeleton(each, text, [name_of(other.test) for other in told])
        told.append(Unpinned(each.path, each.line, words(each), test))
    return tuple(told)
