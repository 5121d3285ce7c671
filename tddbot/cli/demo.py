"""`tddbot demo`: the main job on a small repository of its own, without a key and without a network."""

import shutil
import sys
import tempfile
from pathlib import Path

import click

from tddbot.app import opened
from tddbot.cli.display import Display, display_options, unsafe_option
from tddbot.cli.fix import fix_all
from tddbot.cli.fixtures import fixture
from tddbot.cli.interrupt import stop_on_signal
from tddbot.errors import ExitCode
from tddbot.events import Notice
from tddbot.repository.create import create

_NAME = "demo"
_SLIP, _MISSING = "tests/test_shorten.py", "tests/test_roman.py"


@click.command(short_help="Show the main job on an example.")
@click.option("--keep", is_flag=True, help="Leave the repository there, to try the other commands in.")
@unsafe_option
@display_options
def demo(keep: bool, unsafe: bool, display: Display) -> int:
    """Show the main job: a red test, a repair that is proven and applied, and a target that needs a model."""
    directory = Path(tempfile.mkdtemp(prefix="tddbot-demo-")).resolve()
    root = directory / "textkit"
    try:
        shutil.copytree(fixture(_NAME), root, ignore=shutil.ignore_patterns("__pycache__"))
        create(root, "A small library with a slip in it")
        return _show(root, display, keep, unsafe)
    finally:
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)


def _show(root: Path, display: Display, keep: bool, unsafe: bool) -> int:
    # No key of the user's, and tddbot's own Python, which has pytest: the demonstration is the same everywhere.
    environment = {"PATH": "/usr/bin:/bin", "VIRTUAL_ENV": ""}
    with (
        stop_on_signal() as stop,
        display.sink() as tell,
        opened(root, tell, "tddbot demo", environment, sys.executable, unsafe) as app,
    ):
        tell(Notice(f"1. A slip in a small library, a git repository in {root}"))
        if code := fix_all(app, [_SLIP], stop, apply=True):
            return code
        tell(Notice("\n2. A module that nobody has written yet: the offline generator says that it cannot"))
        code = fix_all(app, [_MISSING], stop, apply=True)
        if keep:
            tell(Notice(f"\nThe repository is kept: cd {root}"))
    # The second target is meant to stay red: to say so is what the offline generator has to do.
    return ExitCode.OK if code == ExitCode.RED else code
