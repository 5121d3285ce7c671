"""`tddbot bench offline`: what the offline generator mends and writes, and how much of it is right."""

from pathlib import Path

import click

from tddbot.bench.measure import json_line, table
from tddbot.bench.offline import PARTS, Options, measured
from tddbot.cli.display import write
from tddbot.cli.fixtures import fixture
from tddbot.errors import ExitCode


@click.command(short_help="The offline generator: how often it is right.")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Problems as JSON lines in HumanEval's form, gzipped or not; else tddbot's own few.",
)
@click.option("--quick", is_flag=True, help="End within a minute: few functions.")
@click.option("--cases", type=click.IntRange(min=1), metavar="N", help="At most N functions, evenly chosen.")
@click.option("--only", "parts", type=click.Choice(PARTS), multiple=True, help="This part alone; may be repeated.")
@click.option(
    "--trials",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write what came of each trial to this file, as JSON lines.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one object per measure, and nothing else.")
def offline(
    data: Path | None, quick: bool, cases: int | None, parts: tuple[str, ...], trials: Path | None, as_json: bool
) -> int:
    """Measure the offline generator: slips put into functions that are right, functions from their tests alone, and
    names that a library loses.

    Green and right stand side by side: right is equal to the original on inputs that no test has.
    """
    options = Options(fixture("offline"), fixture("scaffold"), data, quick, cases, parts or PARTS, trials)
    found = measured(options, lambda sentence: click.echo(sentence, err=True))
    lines = (json_line(measure) for measure in found) if as_json else (f"{line}\n" for line in table(found))
    for text in lines:
        write(text)
    return ExitCode.OK
