"""From the working tree to a target that is surely red, with what a generator may see of it."""

import ast
import glob
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from tddbot import events
from tddbot.budget import Ledger
from tddbot.context.brief import survey
from tddbot.context.held_out.showing import held_back
from tddbot.context.privacy.environment import redactor_of
from tddbot.context.privacy.ignored import though_used
from tddbot.domain import (
    Brief,
    Conclusion,
    Ending,
    Resolution,
    Run,
    Snapshot,
    Target,
)  # fmt: skip
from tddbot.ending import conclude
from tddbot.errors import UnfitError
from tddbot.judge.flaky import flickered, twice_red
from tddbot.judge.guard.cases import calls, cases
from tddbot.judge.guard.doctests import calls_of, cases_of
from tddbot.judge.guard.expectations import expected_files
from tddbot.judge.guard.ground import Ground, doctested, imported
from tddbot.judge.hopeless import hopeless
from tddbot.parsing import parsed
from tddbot.ports import Policy, Ports, RunRequest
from tddbot.protection import is_test
from tddbot.stop import Stop
from tddbot.work import Work, run, test_texts

MOST_TESTS = 40
"""The most tests of one cause that are worked on at once; a fix of these is a fix of the others."""

_MOST_NEIGHBOURS = 200
_HINT = "Does `python -m pytest` run here? The limits are run_seconds and test_seconds in [tool.tddbot.runner]."


def take_baseline(ports: Ports, policy: Policy, stop: Stop) -> tuple[Snapshot, Run]:
    """Run everything on the working tree as it is. Raise UnfitError where pytest cannot run to its end."""
    snapshot = ports.repository.snapshot()
    ports.tell(events.BaselineStarted(snapshot.tree))
    request = RunRequest(snapshot, seconds=policy.run_seconds, test_seconds=policy.test_seconds)
    baseline = ports.runner.run(request, stop)
    if baseline.ending is Ending.COMPLETE:
        ports.store.record_run(baseline)
    elif baseline.ending is not Ending.CANCELLED:
        raise UnfitError(f"the tests could not be run to their end: {baseline.detail}", _HINT)
    return snapshot, baseline


def with_tests_protected(policy: Policy, baseline: Run, read: Callable[[str], bytes | None]) -> Policy:
    """Protect the files that tests were collected from but whose names do not say so (pytest's `python_files`).

    A module that only holds doctests, or that a linter's plugin checks, is no test: its items are not defined in it.
    """
    odd: dict[str, set[str]] = {}
    for node in baseline.results:
        path, *names = node.split("::")
        if names and path.endswith(".py") and not is_test(path):
            odd.setdefault(path, set()).add(names[0].partition("[")[0])
    tests = (glob.escape(path) for path, names in odd.items() if _defines_any(read(path) or b"", names))
    return replace(policy, protected=(*policy.protected, *tests))


def _defines_any(source: bytes, names: set[str]) -> bool:
    defined = re.findall(rb"^\s*(?:(?:async\s+)?def|class)\s+(\w+)", source, re.MULTILINE)
    return not names.isdisjoint(name.decode("utf-8", "replace") for name in defined)


def planned(ports: Ports, policy: Policy, snapshot: Snapshot, baseline: Run, cluster: Target, stop: Stop) -> Work:
    """Return the work on a cluster of red tests, or on the first of them where it is large, with means of its own."""
    target = replace(cluster, results=cluster.results[:MOST_TESTS])
    files, read = ports.repository.files(), ports.repository.read
    redactor = redactor_of(files, read, policy.environ, policy.key_names)
    ledger = Ledger(policy.budget, ports.clock)
    flaky = ports.store.flaky()
    return Work(ports, policy, snapshot, baseline, target, ledger, Stop(stop), redactor, flaky=flaky)


def prepare(work: Work) -> tuple[Work, Brief] | Resolution:
    """Make sure that the target is red, and gather what a generator may see; or say why there is nothing to try."""
    work.ports.tell(events.TargetStarted(work.target))
    again = confirm(work)
    target, flaky = twice_red(work.target, again)
    if luck := flickered(again.results, work.baseline, [again]):
        work.ports.store.record_flaky(luck)
        work = replace(work, flaky=work.flaky | luck)
    if again.ending is not Ending.COMPLETE:
        ended = Conclusion.CANCELLED if again.ending is Ending.CANCELLED else Conclusion.GAVE_UP
        return conclude(work, ended, again.detail)
    if target is None:
        return conclude(work, Conclusion.FLAKY, f"red once, then not again: {', '.join(flaky[:5])}")
    work = replace(work, target=target)
    if reason := hopeless(target):
        return conclude(work, Conclusion.GAVE_UP, reason)
    brief = gathered(work, again)
    return replace(work, ground=_ground(work, brief), withheld=brief.withheld), brief


def _ground(work: Work, brief: Brief) -> Ground:
    """What the guard is to know of the target's tests; of a file that cannot be collected these are all that it has."""
    names = {node.partition("[")[0].rpartition("::")[2] for node in work.target.node_ids if "::" in node}
    whole = {node for node in work.target.node_ids if "::" not in node}
    texts, documented = test_texts(work), doctested(work.baseline.results)
    trees = {path: tree for path, text in texts.items() if isinstance(tree := parsed(text), ast.Module)}
    examples = [text for path, text in texts.items() if path in documented]
    wanted = {path: None if path in whole else names for path in trees}
    files = frozenset(work.ports.repository.files())
    return Ground(
        cases=(
            *(each for path, tree in trees.items() for each in cases(tree, wanted[path])),
            *(each for text in examples for each in cases_of(text)),
        ),
        calls=(
            *(each for path, tree in trees.items() for each in calls(tree, wanted[path])),
            *(each for text in examples for each in calls_of(text)),
        ),
        files=files,
        importable=frozenset(name for path, tree in trees.items() if path not in whole for name in imported(tree)),
        doctested=documented,
        expected=expected_files(trees.values(), files, [excerpt.text for excerpt in brief.sources()]),
    )


def confirm(work: Work) -> Run:
    """Run the target again in detail, with its green neighbours, whose lines tell which ones are suspect."""
    files = {node.partition("::")[0] for node in work.target.node_ids}
    near = [node for node in work.baseline.results if node.partition("::")[0] in files and "::" in node]
    green = [node for node in near if work.baseline.results[node].outcome.is_green][:_MOST_NEIGHBOURS]
    return run(work, None, (*work.target.node_ids, *green), detail=True, trace=True)


def gathered(work: Work, confirmed: Run) -> Brief:
    """Return what a generator may see for this target, and tell what is kept out of it although it belongs there."""
    repository = work.ports.repository
    files = tuple(path for path in repository.files() if not work.redactor.hides(path))
    surveyed = partial(
        survey, files=files, protected=work.policy.protected, redactor=work.redactor, baseline=work.baseline
    )
    seen = surveyed(work.target, confirmed, read=repository.read)
    kept = though_used(work.redactor.hidden, work.target, confirmed)
    for sentence in (*seen.withheld, *filter(None, [kept])):
        work.ports.tell(events.Notice(sentence, warning=True))
    return held_back(
        seen.brief,
        test_texts(work),
        work.baseline.results,
        work.policy.held_out,
        confirmed,
        repository.read,
        work.redactor,
        lambda target, run, read: surveyed(target, run, read=read).brief,
    )
