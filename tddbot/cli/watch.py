"""`tddbot watch`: the same work at start and on every save."""

from pathlib import Path

import click

from tddbot.app import opened
from tddbot.cli.display import Display, display_options, unsafe_option
from tddbot.cli.interrupt import stop_on_signal
from tddbot.errors import ExitCode
from tddbot.events import Notice
from tddbot.watching import watch as work


@click.command(short_help="Do so on every save.")
@click.option("--dry-run", is_flag=True, help="Store proven patches, apply none.")
@unsafe_option
@display_options
def watch(dry_run: bool, unsafe: bool, display: Display) -> int:
    """Watch the repository: on each save, make newly red tests green. Ctrl-C ends it."""
    with (
        stop_on_signal() as stop,
        display.sink() as tell,
        opened(Path.cwd(), tell, "tddbot watch", unsafe=unsafe) as app,
    ):
        tell(Notice(f"watching {app.repository.root}; Ctrl-C ends it"))
        work(app.ports(), app.policy(apply=not dry_run), app.config.watch, stop)
    return ExitCode.INTERRUPTED
