"""`tddbot fix`: from what is red now to proven, applied patches."""

import os.path
from collections.abc import Sequence
from pathlib import Path

import click

from tddbot.app import App, opened
from tddbot.cli.choice import chosen
from tddbot.cli.committing import Uncommitted, commit_option
from tddbot.cli.display import Display, display_options, unsafe_option
from tddbot.cli.interrupt import stop_on_signal
from tddbot.cli.recording import recording_options
from tddbot.domain import Conclusion, Resolution, Run
from tddbot.errors import ExitCode, UsageError
from tddbot.events import Notice
from tddbot.loop import cycle
from tddbot.stop import Stop

_HOPELESS = "no patch may touch a test"
"""What the judge says where only the author of a test can mend it."""


@click.command(short_help="Make the red tests green.")
@click.argument("node_ids", nargs=-1, metavar="[NODE_ID]…")
@click.option("--dry-run", is_flag=True, help="Store proven patches, apply none.")
@commit_option
@recording_options
@unsafe_option
@display_options
def fix(
    node_ids: tuple[str, ...],
    dry_run: bool,
    is_to_commit: bool,
    unsafe: bool,
    record: Path | None,
    replay: Path | None,
    display: Display,
) -> int:
    """Make the red tests green: all of them, or those named (a node ID, a file or a directory)."""
    if is_to_commit and dry_run:
        raise UsageError("--commit has nothing to commit with --dry-run", "Leave one of the two out.")
    with (
        stop_on_signal() as stop,
        display.sink() as shown,
        opened(
            Path.cwd(), tell := Uncommitted(shown), "tddbot fix", unsafe=unsafe, record=record, replay=replay
        ) as app,
    ):
        names = [from_root(name, Path.cwd(), app.repository.root) for name in node_ids]
        code = fix_all(app, names, stop, apply=not dry_run, commit=is_to_commit)
        return ExitCode.RED if code == ExitCode.OK and tell.ids else code


def from_root(name: str, here: Path, root: Path) -> str:
    """Return a name with its path relative to `root` where the path exists from `here`, as pytest takes it; else as is.

    What follows the path (`::test_a[../x]`) is no path and stays.
    """
    path, colons, rest = name.partition("::")
    place = os.path.normpath(here / path)
    if not path or not os.path.lexists(place) or not Path(place).is_relative_to(root):
        return name
    return Path(place).relative_to(root).as_posix() + colons + rest


def fix_all(app: App, node_ids: Sequence[str], stop: Stop, apply: bool, commit: bool = False) -> int:
    """Work on the chosen reds and say how it ended; return the exit code."""
    baseline, resolutions = cycle(app.ports(), app.policy(apply, commit), lambda run: chosen(run, node_ids), stop)
    if stop.is_set():
        app.tell(Notice("interrupted; the working tree holds proven patches only", warning=True))
        return ExitCode.INTERRUPTED
    red = () if not baseline.results else chosen_now(baseline, node_ids)
    app.tell(Notice(_end(app, baseline, resolutions, len(red), bool(node_ids), apply), warning=bool(red)))
    if red and any(resolution.out_of_means for resolution in resolutions):
        return ExitCode.MEANS
    return ExitCode.RED if red else ExitCode.OK


def chosen_now(baseline: Run, node_ids: Sequence[str]) -> tuple[str, ...]:
    """The chosen reds that are left; a file that is collected now has other names in it than before."""
    return tuple(node for node in baseline.reds() if node in set(chosen(baseline, node_ids)))


def _end(app: App, baseline: Run, resolutions: Sequence[Resolution], red: int, named: bool, apply: bool) -> str:
    if not baseline.results:
        return "No tests were collected. pytest looks for test_*.py; `testpaths` in pyproject.toml says where."
    if not red:
        scope = "Nothing of what was asked for is red" if named else "Nothing is red"
        return f"{scope} any more." if resolutions else f"{scope}."
    left = f"{red:,} red test{'' if red == 1 else 's'} left"
    if proven := 0 if apply else sum(resolution.conclusion is Conclusion.FIXED for resolution in resolutions):
        left += f"; for {proven:,} target{'' if proven == 1 else 's'} a proven patch is stored"
    if not app.has_model and any(_might_be_won(resolution) for resolution in resolutions):
        name = app.config.model.api_key_env
        left += f". What can be found without a model was tried; with {name} set, one would be asked next"
    return f"{left}."


def _might_be_won(resolution: Resolution) -> bool:
    """Whether a better generator might have won what was given up; no generator may touch a test."""
    return resolution.conclusion is Conclusion.GAVE_UP and _HOPELESS not in resolution.reason
