"""`tddbot bench generator`: what tddbot itself adds to a call of a model: brief, prompt, answer, and the call."""

import click

from tddbot.bench.generator import Options, measured
from tddbot.bench.measure import json_line, table
from tddbot.cli.display import write
from tddbot.errors import ExitCode


@click.command(short_help="The reasoning model's side, without the model.")
@click.option("--quick", is_flag=True, help="End within a minute: few rounds.")
@click.option("--rounds", type=click.IntRange(min=1), default=30, show_default=True, help="Rounds of each measure.")
@click.option("--json", "as_json", is_flag=True, help="Print one object per measure, and nothing else.")
def generator(quick: bool, rounds: int, as_json: bool) -> int:
    """Measure what tddbot adds to a call of a model, in a project of 200 files that is made up for it.

    The model's server is one on this machine that answers at once; no network and no key is needed.
    """
    found = measured(Options(rounds, quick), lambda sentence: click.echo(sentence, err=True))
    lines = (json_line(measure) for measure in found) if as_json else (f"{line}\n" for line in table(found))
    for text in lines:
        write(text)
    return ExitCode.OK
