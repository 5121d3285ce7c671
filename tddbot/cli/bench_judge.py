"""`tddbot bench judge`: cheats that are accepted, honest patches that are not, and the time that judging takes."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from tddbot.bench.judge import PARTS, Options, measured
from tddbot.bench.measure import json_line, table
from tddbot.bench.projects import UnfitProjectError, cache_directory, cached_python
from tddbot.cli.display import write
from tddbot.cli.fixtures import fixture
from tddbot.errors import ExitCode


@click.command(short_help="The judge: cheats, honest patches, and its time.")
@click.option("--quick", is_flag=True, help="End within a minute: few cases of each corpus, and the smallest suites.")
@click.option("--only", "parts", type=click.Choice(PARTS), multiple=True, help="This part alone; may be repeated.")
@click.option(
    "--trials",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write what became of each cheat and honest patch to this file, as JSON lines.",
)
@click.option(
    "--python",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Python with pytest, and Ruff and mypy for their part; else an environment with these is made once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one object per measure, and nothing else.")
def judge(quick: bool, parts: tuple[str, ...], trials: Path | None, python: Path | None, as_json: bool) -> int:
    """Measure the judge: patches that cheat and honest ones, tests that contradict each other or leave much open.

    Every patch goes the whole way of a proposal, in a repository of its own; nothing is left out or made up.
    """

    def say(sentence: str) -> None:
        click.echo(sentence, err=True)

    own = python.absolute() if python else _own_python(say)
    found = measured(Options(fixture, own, quick, parts or PARTS, trials), say)
    lines = (json_line(measure) for measure in found) if as_json else (f"{line}\n" for line in table(found))
    for text in lines:
        write(text)
    return ExitCode.OK


def _own_python(say: Callable[[str], None]) -> Path:
    """A Python with no plugin of pytest's, which each run would have to load, or else tddbot's own."""
    try:
        return cached_python(("mypy", "pytest", "ruff"), cache_directory(), say)
    except UnfitProjectError as why:
        say(f"no environment can be made ({why}): tests run in tddbot's own")
        return Path(sys.executable)
