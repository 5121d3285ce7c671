"""Which slips are made: by a seed, one kind after the other, each in another function that the tests call."""

from collections.abc import Iterator
from random import Random

from tddbot.bench.projects import Project
from tests.real.slips import KINDS, Function, Slip, functions, slips
from tests.real.suite import called, is_red


def chosen(project: Project, seed: int, count: int, seconds: float) -> Iterator[Slip]:
    """Yield at most `count` slips that make a test red and let the tests that call the function end in `seconds`.

    The working tree is as committed whenever one is yielded, and must be so again when the next one is asked for.
    """
    random = Random(f"{seed} {project.name}")
    callers = called(project)
    candidates = [each for each in _functions(project) if (each.path, each.line) in callers]
    kinds = random.sample(KINDS, len(KINDS))
    for number in range(count):
        for function in random.sample(candidates, len(candidates)):
            source = (project.root / function.path).read_bytes()
            options = [slip for slip in slips(function, source) if slip.kind == kinds[number % len(kinds)]]
            if not options:
                continue
            slip = random.choice(options)
            if _counts(project, slip, source, callers[function.path, function.line], seconds):
                candidates.remove(function)
                yield slip
                break


def _functions(project: Project) -> Iterator[Function]:
    for path in project.sources():
        yield from functions(path, (project.root / path).read_bytes())


def _counts(project: Project, slip: Slip, source: bytes, tests: list[str], seconds: float) -> bool:
    path = project.root / slip.path
    path.write_bytes(slip.injected(source))
    try:
        return is_red(project, tests, seconds)
    finally:
        path.write_bytes(source)
