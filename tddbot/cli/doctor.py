"""`tddbot doctor`: tries every part that tddbot needs here, and names the remedy for each that fails."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from tddbot.app import App, opened
from tddbot.cli.display import Display, display_options, write
from tddbot.domain import Ending
from tddbot.errors import ExitCode, TddbotError, UsageError
from tddbot.events import Event
from tddbot.ports import RunRequest
from tddbot.report.json_lines import line
from tddbot.stop import Stop

_SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part that was tried. `fit` None is neither good nor bad."""

    part: str
    fit: bool | None
    detail: str
    remedy: str = ""


@click.command(short_help="Say what is missing here.")
@display_options
def doctor(display: Display) -> int:
    """Try git, the project's Python, the jail and the model's settings, and say what is missing."""
    findings = list(_examine(Path.cwd()))
    for finding in findings:
        if display.json:
            write(line(finding))
            continue
        mark = {True: "ok", False: "NO", None: "--"}[finding.fit]
        write(f"{mark}  {finding.part:<11} {finding.detail}\n")
        if finding.remedy:
            write(f"                {finding.remedy}\n")
    return _code({finding.part for finding in findings if finding.fit is False})


def _code(unfit: set[str]) -> ExitCode:
    if _SETTINGS in unfit:
        return ExitCode.USAGE
    return ExitCode.ENVIRONMENT if unfit else ExitCode.OK


def _examine(path: Path) -> Iterator[Finding]:
    try:
        with opened(path, _ignore, None) as app:
            yield Finding("repository", True, str(app.repository.root))
            yield _tried("git", lambda: _at_rest(app))
            yield _tried("python", lambda: _python(app))
            yield _tried("jail", lambda: _jail(app))
            yield _model(app)
    except TddbotError as error:
        yield _unfit("repository", error)


def _tried(part: str, examine: Callable[[], str]) -> Finding:
    try:
        return Finding(part, True, examine())
    except TddbotError as error:
        return _unfit(part, error)


def _unfit(part: str, error: TddbotError) -> Finding:
    return Finding(_SETTINGS if isinstance(error, UsageError) else part, False, error.message, error.hint)


def _at_rest(app: App) -> str:
    app.repository.refuse_if_busy()
    return f"no merge or rebase in progress; tree {app.repository.snapshot().tree[:12]}"


def _python(app: App) -> str:
    found = app.interpreter
    return f"{found.executable} ({found.why}): Python {found.version}, pytest {found.pytest}"


def _jail(app: App) -> str:
    """Enter the jail for real, and run pytest in it on nothing."""
    request = RunRequest(app.repository.snapshot(), node_ids=(), seconds=60)
    run = app.ports().runner.run(request, Stop())
    if run.ending is not Ending.COMPLETE:
        raise TddbotError(f"pytest does not run in the jail: {run.detail}", "Does `python -m pytest` run outside?")
    user = "the repository's owner or nobody" if os.geteuid() == 0 else f"user {os.getuid()}"
    return f"{run.jail}; as {user}; {run.seconds:.2f} s for a cold pytest"


def _model(app: App) -> Finding:
    model = app.config.model
    if app.has_model:
        return Finding("model", True, f"{model.small}, then {model.large}")
    detail = f"{model.api_key_env} is not set: the offline generator works alone"
    return Finding(
        "model", None, detail, f"Set {model.api_key_env}, or [tool.tddbot.model] base_url for a server of your own."
    )


def _ignore(event: Event) -> None:
    """The findings say it all."""
