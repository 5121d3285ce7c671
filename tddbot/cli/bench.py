"""`tddbot bench NAME`: the benchmarks, each of which prints a table for people, or one object per measure."""

import click

from tddbot.cli.bench_generator import generator
from tddbot.cli.bench_judge import judge
from tddbot.cli.bench_offline import offline
from tddbot.cli.bench_runner import runner


@click.group(short_help="Measure tddbot.")
def bench() -> None:
    """Measure tddbot itself; the exit code says that it ran, not what it found."""


bench.add_command(generator)
bench.add_command(judge)
bench.add_command(offline)
bench.add_command(runner)
