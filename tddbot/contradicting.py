"""Whether the tests contradict each other, found out in the laboratory before anybody is asked."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property
from itertools import islice
from threading import Timer

from tddbot.context.code.files import Files, directory_of, join, upwards
from tddbot.context.code.imports import Import
from tddbot.context.code.layout import Layout
from tddbot.domain import Attempt, Brief, Conclusion, Dud, NodeId, Resolution, Role, Target
from tddbot.ending import conclude
from tddbot.judge.contradiction import contradiction
from tddbot.judge.contradictions.clash import clashes, given, may_meet, observed
from tddbot.judge.contradictions.effects import called_for_effect
from tddbot.judge.contradictions.places import Place, Sources
from tddbot.judge.contradictions.plain import Asked, asked
from tddbot.judge.contradictions.presence import Stance, imports, opposed, stances
from tddbot.judge.contradictions.sheet import AROUND_ALL, Sheet, Test, sheet
from tddbot.lab import Lab
from tddbot.proof import Contradiction
from tddbot.stop import Stop
from tddbot.work import Work, lab_request, run

_SECONDS = 5.0
"""What a laboratory that is ready may take for it; it takes some 20 ms a function."""

_MOST_FUNCTIONS = 8
_MOST_CHARACTERS = 150_000
_MOST_OTHERS = 40
_CONFIGURATIONS = ("pytest.ini", ".pytest.ini", "pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg")


def contradicted(work: Work, brief: Brief) -> Contradiction | None:
    """Return two tests that no implementation can satisfy together, as their recorded calls show, or None.

    One of them is of the target, the other is of it, too, or green, or red for another cause. No laboratory is asked
    where the texts of the tests have no two demands that could meet.
    """
    kept = lab_request(work).keep
    others = tuple(node for node in work.baseline.reds() if node not in work.target.node_ids)
    return _Inquest(work, brief, (*work.target.node_ids, *kept, *others)).found()


def confirmed(work: Work, brief: Brief, attempt: Attempt) -> Contradiction | None:
    """Return the contradiction that a model has named, where it can be shown; what it says alone is not enough."""
    proposal = attempt.proposal
    pair = proposal.contradiction if isinstance(proposal, Dud) else ()
    if len(pair) != 2 or set(pair).isdisjoint(work.target.node_ids):
        return None
    return _Inquest(work, brief, pair, deeper=True).found()


def contradictory(
    work: Work, attempts: Sequence[Attempt] = (), clash: Contradiction | None = None
) -> Resolution | None:
    """End a target whose tests contradict each other, as is shown or as two rungs say; None where neither is so."""
    if clash is not None:
        return conclude(work, Conclusion.CONTRADICTORY, clash.reason, attempts, clash=clash)
    if pair := contradiction(attempts):
        reason = f"two rungs say that no implementation can satisfy {' and '.join(pair)}"
        return conclude(work, Conclusion.CONTRADICTORY, reason, attempts)
    return None


def others(resolution: Resolution, cluster: Target) -> frozenset[NodeId]:
    """Return the tests of a cluster that may be won without the two that contradict each other, where those are known.

    There are none where neither of the two is in the cluster by itself: no cluster is ever worked on twice.
    """
    left = frozenset(cluster.node_ids).difference(resolution.clash.node_ids if resolution.clash else ())
    return left if len(left) < len(cluster.node_ids) else frozenset()


class _Inquest:
    """Holds the demands of some tests against each other; `deeper` without regard to what names suggest."""

    def __init__(self, work: Work, brief: Brief, nodes: Sequence[NodeId], deeper: bool = False) -> None:
        self._work = work
        self._target = work.target.node_ids
        self._nodes = nodes
        self._names, self._wanted = _names_of(nodes), _names_of(self._target)
        self._deeper = deeper
        self._files = Files(work.ports.repository.files(), work.ports.repository.read)
        layout = Layout(self._files)
        first = next(iter(self._target), "").partition("::")[0]
        absent = {excerpt.path for excerpt in brief.excerpts if excerpt.role is Role.MISSING}
        self._sources = Sources(
            lambda module: layout.resolve(Import(module), first),
            lambda module: next((path for path in _forms(layout.home(module, first)) if path in absent), None),
            self._files.text,
            lambda module, level, path: layout.absolute(Import(module, level=level), path),
        )
        self._sheets: dict[str, Sheet | None] = {}

    def found(self) -> Contradiction | None:
        """Return the first contradiction that there is, as far as was looked within the time."""
        read = self._work.ports.repository.read
        configurations = ((read(path) or b"").decode("utf-8", "replace") for path in _CONFIGURATIONS)
        if any(AROUND_ALL.search(text) for text in configurations):
            return None
        opposite = opposed(list(self._stances()), self._target, self._nodes, self._sources.is_plain_module)
        return next((each for each in (*opposite, *self._clashes()) if self._is_lasting(each)), None)

    def _clashes(self) -> Iterator[Contradiction]:
        """Yield contradictions of what is demanded of functions."""
        by_place = self._by_place()
        if not by_place:
            return
        patch, nodes, target = self._sources.stub(self._imported()), frozenset(self._nodes), frozenset(self._target)
        with self._lab(by_place.values()) as lab, _limited(lab, self._work.stop) as stop:
            for place, found in islice(by_place.items(), _MOST_FUNCTIONS):
                examples = lab.examples(place.path, place.name, stop, patch if place.is_missing else None)
                mine = [each for each in examples if _is_one(each.node_id, nodes)]
                wanted = {each.node_id for each in mine if _is_one(each.node_id, target)}
                yield from clashes(observed(found, mine), wanted, self._is_free, self._deeper)

    @contextmanager
    def _lab(self, demands: Iterable[Sequence[Asked]]) -> Iterator[Lab]:
        """Lend a laboratory that has these tests: the target's own, unless some are red for another cause."""
        request = lab_request(self._work)
        tests = frozenset(f"{each.path}::{each.test}" for group in demands for each in group)
        known = {*request.target, *request.keep}
        others = [node for node in self._nodes if node not in known and node.partition("[")[0] in tests][:_MOST_OTHERS]
        wider, lab = replace(request, target=(*request.target, *others)), self._work.lab
        made = nullcontext(lab) if lab is not None and not others else self._work.ports.runner.lab(wider)
        with made as found:
            yield found

    def _is_lasting(self, clash: Contradiction) -> bool:
        """Whether what is red for another cause is red once more: red once is not red."""
        reds = set(self._work.baseline.reds()) - set(self._target)
        doubted = tuple(reds.intersection(clash.node_ids))
        return not doubted or set(run(self._work, None, doubted, warm=True).reds()) == set(doubted)

    def _by_place(self) -> dict[Place, list[Asked]]:
        """Return the demands of each function of which two might meet, by where it is."""
        by_place: dict[Place, list[Asked]] = {}
        for each in self._asked:
            if place := self._sources.place(each.call.function):
                by_place.setdefault(place, []).append(each)
        near = {place: self._near(found) for place, found in by_place.items()}
        return {place: found for place, found in near.items() if may_meet(found, self._is_wanted)}

    def _near(self, found: Sequence[Asked]) -> list[Asked]:
        """Leave out tests that are red for another cause, but where they are known to make a call of the target's.

        The laboratory does not have them, and another one is not set up for what may well come to nothing.
        """
        calls = {given(each.call) for each in found if self._is_wanted(each) and each.call.form}
        reds = _names_of(self._work.baseline.reds()) - self._wanted
        return [each for each in found if _test(each) not in reds or (each.call.form and given(each.call) in calls)]

    def _is_free(self, dotted: str) -> bool | None:
        """Whether a function sees nothing but what it is given, and no test leaves anything behind in its module."""
        place = self._sources.place(dotted)
        return False if place and place.path in self._left_in else self._sources.is_free(dotted)

    @cached_property
    def _left_in(self) -> frozenset[str]:
        """The modules in which tests may leave something for others to find."""
        sheets = [found for path in self._paths if (found := self._sheet(path)) is not None]
        called = {dotted for each in sheets for dotted in called_for_effect(each, by_name=not self._deeper)}
        doubtful = (dotted for dotted in called if self._sources.is_free(dotted) is not True)
        return frozenset(place.path for dotted in doubtful if (place := self._sources.place(dotted)))

    @cached_property
    def _asked(self) -> list[Asked]:
        """The demands of all tests that count."""
        return [each for own, test, around in self._tests() for each in asked(own, test, around)]

    def _stances(self) -> Iterator[Stance]:
        """Yield what the tests want of names."""
        for own, test, around in self._tests():
            yield from stances(own, test, around)
        for path in self._paths:
            if own_sheet := self._sheet(path):
                yield from imports(own_sheet)

    def _tests(self) -> Iterator[tuple[Sheet, Test, list[Sheet]]]:
        """Yield the tests that count, each with the conftests around it."""
        for path in self._paths:
            if (own := self._sheet(path)) is None:
                continue
            above = (join(directory, "conftest.py") for directory in upwards(directory_of(path)))
            around = [found for each in above if (found := self._sheet(each)) is not None]
            for test in own.tests:
                if _is_among(f"{path}::{test.name}", self._names):
                    yield own, test, around

    @cached_property
    def _paths(self) -> list[str]:
        """The files of the tests, the target's first, and those that import nothing of the same left out."""
        own = list(dict.fromkeys(node.partition("::")[0] for node in self._target))
        words = {dotted.rpartition(".")[2] for path in own if (found := self._sheet(path)) for dotted in found.named}
        others = dict.fromkeys(node.partition("::")[0] for node in self._nodes)
        return [*own, *self._with(words, [path for path in others if path not in own])]

    def _with(self, words: Collection[str], paths: Iterable[str]) -> Iterator[str]:
        """Yield the files in which one of these words is, as many as are read in half a second."""
        room = _MOST_CHARACTERS
        for path in paths:
            text = self._files.text(path)
            if text is not None and any(word in text[0] for word in words):
                room -= len(text[0])
                if room < 0:
                    return
                yield path

    def _sheet(self, path: str) -> Sheet | None:
        if path not in self._sheets:
            text = self._files.text(path)
            self._sheets[path] = sheet(path, text[0]) if text else None
        return self._sheets[path]

    def _imported(self) -> list[str]:
        """Return what the target's files import and call, which has to be there for them to be collected."""
        called = [each.call.function for each in self._asked]
        sheets = [found for path in self._paths if (found := self._sheet(path)) is not None]
        return [*called, *(dotted for each in sheets for dotted in each.imports.values() if "." in dotted)]

    def _is_wanted(self, each: Asked) -> bool:
        return _is_among(_test(each), self._wanted)


@contextmanager
def _limited(lab: Lab, above: Stop) -> Iterator[Stop]:
    """Wait until a laboratory is ready, which somebody else would have to, too; and lend a stop for what follows."""
    list(lab.screen((), above))
    stop = Stop(above)
    timer = Timer(_SECONDS, stop.set)
    timer.start()
    try:
        yield stop
    finally:
        timer.cancel()


def _forms(path: str | None) -> tuple[str, ...]:
    """A module that is yet to be made may be a file or a package."""
    return () if path is None else (path, f"{path.removesuffix('.py')}/__init__.py")


def _names_of(nodes: Iterable[NodeId]) -> frozenset[str]:
    """Return tests by their names, all cases of one under the same, and files and classes of tests by theirs."""
    return frozenset(node.partition("[")[0] for node in nodes)


def _is_one(node: NodeId, nodes: Collection[NodeId]) -> bool:
    """Whether a test, or one case of it, is one of these or of a class or file among them."""
    return node in nodes or _is_among(node, nodes)


def _is_among(node: NodeId, names: Collection[str]) -> bool:
    """Whether a test, whatever its case, is one of these, or of a class or file among them."""
    path, *inner = node.partition("[")[0].split("::")
    return any("::".join((path, *inner[:count])) in names for count in range(len(inner) + 1))


def _test(each: Asked) -> str:
    return f"{each.path}::{each.test}"
