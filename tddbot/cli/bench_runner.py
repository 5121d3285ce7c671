"""`tddbot bench runner`: a verdict on a candidate, plain, cold and warm; side by side; and what the jail costs."""

from pathlib import Path

import click

from tddbot.bench.measure import json_line, table
from tddbot.bench.projects import cache_directory
from tddbot.bench.runner import Options, measured
from tddbot.cli.display import write
from tddbot.errors import ExitCode


@click.command(short_help="The jailed runner against plain pytest.")
@click.option("--quick", is_flag=True, help="End within a minute: few rounds, and small projects only.")
@click.option("--rounds", type=click.IntRange(min=1), default=20, show_default=True, help="Rounds of each verdict.")
@click.option("--runs", type=click.IntRange(min=0), default=0, metavar="N", help="Also look for growth over N runs.")
@click.option(
    "--python",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Python with pytest for the made-up projects; else an environment with pytest alone is made once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one object per measure, and nothing else.")
def runner(quick: bool, rounds: int, runs: int, python: Path | None, as_json: bool) -> int:
    """Measure verdicts on candidates: plain pytest, cold and warm in the jail, round by round.

    boltons, sqlparse, numpy and pandas come from the package registry, once, into the user's cache directory.
    """
    options = Options(cache_directory(), rounds, quick, runs, python and python.absolute())
    found = measured(options, lambda sentence: click.echo(sentence, err=True))
    lines = (json_line(measure) for measure in found) if as_json else (f"{line}\n" for line in table(found))
    for text in lines:
        write(text)
    return ExitCode.OK
