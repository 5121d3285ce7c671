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
from tddbot.generator.asking.pricing import is_local, price_list, price_of
from tddbot.generator.settings import server
from tddbot.ports import RunRequest
from tddbot.report.json_lines import line
from tddbot.runner.backends import BACKENDS
from tddbot.runner.probe import Control, probe
from tddbot.stop import Stop

_SETTINGS = "settings"
_WIDTH = 17


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
    """Try git, the project's Python, the jail, each of its controls and the model's settings; say what is missing."""
    unfit = set()
    for finding in _examine(Path.cwd()):
        if finding.fit is False:
            unfit.add(finding.part)
        if display.json:
            write(line(finding))
            continue
        mark = {True: "ok", False: "NO", None: "--"}[finding.fit]
        write(f"{mark}  {finding.part:<{_WIDTH}} {finding.detail}".rstrip() + "\n")
        if finding.remedy:
            write(" " * (5 + _WIDTH) + f"{finding.remedy}\n")
    return _code(unfit)


def _code(unfit: set[str]) -> ExitCode:
    """A control that fails is no fault where another jail does without."""
    if _SETTINGS in unfit:
        return ExitCode.USAGE
    return ExitCode.ENVIRONMENT if unfit & {"repository", "git", "python", "jail"} else ExitCode.OK


def _examine(path: Path) -> Iterator[Finding]:
    try:
        with opened(path, _ignore, None) as app:
            yield Finding("repository", True, str(app.repository.root))
            yield _tried("git", lambda: _at_rest(app))
            yield _tried("python", lambda: _python(app))
            yield from _jail(app)
            yield _model(app)
            yield _prices(app)
    except TddbotError as error:
        yield _unfit("repository", error)
    yield from map(_of_control, probe())


def _tried(part: str, examine: Callable[[], str]) -> Finding:
    try:
        return Finding(part, True, examine())
    except TddbotError as error:
        return _unfit(part, error)


def _unfit(part: str, error: TddbotError) -> Finding:
    return Finding(_SETTINGS if isinstance(error, UsageError) else part, False, error.message, error.hint)


def _of_control(control: Control) -> Finding:
    detail = control.detail
    if control.holds is False and control.backends:
        detail += f"; without it, no jail by {' or '.join(control.backends)}"
    return Finding(control.name, control.holds, detail, control.remedy)


def _at_rest(app: App) -> str:
    app.repository.refuse_if_busy()
    return f"no merge or rebase in progress; tree {app.repository.snapshot().tree[:12]}"


def _python(app: App) -> str:
    found = app.interpreter
    return f"{found.executable} ({found.why}): Python {found.version}, pytest {found.pytest}"


def _jail(app: App) -> Iterator[Finding]:
    """Enter the jail for real, run pytest in it on nothing, and say which jail that was and what it does not hold."""
    titles: list[str] = []
    yield _tried("jail", lambda: _entered(app, titles))
    for backend in BACKENDS.values():
        if titles and titles[0].startswith(backend.title):
            yield from (Finding("not held", None, clause) for clause in backend.lacks)


def _entered(app: App, titles: list[str]) -> str:
    request = RunRequest(app.repository.snapshot(), node_ids=(), seconds=60)
    run = app.runner.run(request, Stop())
    if run.ending is not Ending.COMPLETE:
        raise TddbotError(f"pytest does not run in the jail: {run.detail}", "Does `python -m pytest` run outside?")
    titles.append(run.jail)
    user = "the repository's owner or nobody" if os.geteuid() == 0 else f"user {os.getuid()}"
    return f"{run.jail}; as {user}; {run.seconds:.2f} s for a cold pytest"


def _model(app: App) -> Finding:
    model = app.config.model
    if app.has_model:
        address = server(model, app.environment)
        where = f" at {_plain(address)}" if address else ""
        has_key = bool(app.environment.get(model.api_key_env, "").strip())
        key = f"the key in {model.api_key_env}" if has_key else "no key"
        return Finding("model", True, f"{model.small}, then {model.large}{where}, with {key}")
    detail = f"{model.api_key_env} is not set: the offline generator works alone"
    return Finding(
        "model", None, detail, f"Set {model.api_key_env}, or [tool.tddbot.model] base_url for a server of your own."
    )


def _prices(app: App) -> Finding:
    model, listed = app.config.model, price_list()
    address = server(model, app.environment)
    unknown = [name for name in (model.small, model.large) if price_of(name, model.prices, address) is None]
    detail = f"of {listed.dated}, for {', '.join(listed.models)}"
    if not unknown or not app.has_model:
        return Finding("prices", None, detail)
    names = " and ".join(dict.fromkeys(unknown))
    if is_local(address):
        detail = "a server on this machine has the prices that you set"
    return Finding(
        "prices",
        None,
        f"{detail}; none is known for {names}, so no limit in USD holds",
        "Set [tool.tddbot.model] prices, or [tool.tddbot.budget] tokens.",
    )


def _plain(address: str) -> str:
    """Return an address without the user and password that it may hold."""
    scheme, _, rest = address.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _ignore(event: Event) -> None:
    """The findings say it all."""
