"""`python -m tests.real [NAME …]`: slips in functions of real projects, and what `tddbot fix` makes of them.

Takes sdists from the package registry and runs their tests with slips in them, unjailed: for a machine of no worth.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tddbot.bench.projects import KNOWN, UnfitProjectError, prepared
from tests.real.choice import chosen
from tests.real.table import Results, measures, rows
from tests.real.trial import Trial, refuse_unless_green, tried


def main(arguments: list[str] | None = None) -> int:
    """Run as the command line says; the exit code is 0 whatever was found."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tddbot-real-") as directory:
        cache = Path(options.cache).resolve() if options.cache else Path(directory, "sdists")
        results = examined(options.names or KNOWN, cache, Path(directory), options.slips, options.seed)
    if options.json:
        how = f"`tddbot fix` without a key on {options.slips} slips a project, seed {options.seed}"
        for measure in measures(results, options.slips, how):
            print(json.dumps(measure, ensure_ascii=False))
    else:
        print("\n".join(rows(results)))
    return 0


def examined(names: Iterable[str], cache: Path, directory: Path, count: int, seed: int) -> Results:
    """Return the trials of each project by name and version, or why there are none; progress goes to standard error."""
    results: dict[str, list[Trial] | str] = {}
    for name in names:
        title = name
        try:
            _say(f"{name}: fetching")
            project = prepared(name, cache, directory)
            title = f"{name} {project.version}"
            suite = refuse_unless_green(project)
            _say(f"{title}: {len(suite.passed)} tests green in {suite.seconds:.1f} s, with tddbot too; choosing slips")
            trials: list[Trial] = []
            for slip in chosen(project, seed, count, 10 + 3 * suite.seconds):
                _say(f"{title}: {slip.kind} in {slip.path}:{slip.line} {slip.function}: {slip.note}")
                trials.append(tried(project, slip, suite))
                _say(f"{title}: {trials[-1].right} after {trials[-1].seconds:.1f} s: {trials[-1].note}")
            results[title] = trials
        except UnfitProjectError as why:
            results[title] = str(why)
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.real", description="Repair seeded slips in real projects.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of the registry (default: {', '.join(KNOWN)})")
    parser.add_argument("--slips", type=int, default=5, metavar="N", help="a project (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what the choice depends on (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one object per measure, and nothing else")
    parser.add_argument("--cache", metavar="DIR", help="keep the sdists there and take them from there")
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
