"""The command line, and the one boundary where an error becomes a message, a hint and an exit code."""

import os
import sys
import tempfile
import traceback

import click
import msgspec

from tddbot import __version__
from tddbot.cli.demo import demo
from tddbot.cli.display import write
from tddbot.cli.doctor import doctor
from tddbot.cli.fix import fix
from tddbot.cli.patches import apply, log, show, undo
from tddbot.cli.watch import watch
from tddbot.errors import ExitCode, TddbotError

_HELP = {"help_option_names": ["-h", "--help"]}


@click.group(
    context_settings=_HELP,
    epilog="Exit codes: 0 nothing red · 1 red remains · 2 usage · 3 environment · 4 means · 5 bug",
)
@click.version_option(__version__, prog_name="tddbot", message="%(prog)s %(version)s")
def tddbot() -> None:
    """You write the failing test; tddbot proposes, proves and applies the implementation."""


for _command in (fix, watch, apply, undo, show, log, demo, doctor):
    tddbot.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run tddbot and exit with its code; arguments default to the process's own."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run tddbot and return its exit code; every error is told here and nowhere else."""
    as_json = "--json" in arguments
    try:
        result = tddbot.main(arguments, prog_name="tddbot", standalone_mode=False)
        return result if isinstance(result, int) else ExitCode.OK
    except TddbotError as error:
        return _tell(as_json, error.exit_code, error.message, error.hint)
    except click.ClickException as error:
        return _tell(as_json, ExitCode.USAGE, error.format_message(), "`tddbot --help` lists the commands.")
    except (click.Abort, KeyboardInterrupt):
        return _tell(as_json, ExitCode.INTERRUPTED, "interrupted", "")
    except BrokenPipeError:
        # Whoever read our output has gone; closing it again at exit would only complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INTERRUPTED
    except Exception:
        return _tell(as_json, ExitCode.BUG, "this is a bug in tddbot", f"The log is in {_write_log(arguments)}.")


def _tell(as_json: bool, code: ExitCode, message: str, hint: str) -> int:
    if as_json:
        fields = {"event": "error", "message": message, "hint": hint, "exit_code": int(code)}
        write(msgspec.json.encode(fields).decode() + "\n")
    click.echo(f"tddbot: {message}", err=True)
    if hint:
        click.echo(f"  {hint}", err=True)
    return code


def _write_log(arguments: list[str]) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="tddbot-", suffix=".log", delete=False, encoding="utf-8") as file:
        file.write(f"tddbot {__version__}, Python {sys.version}\narguments: {arguments}\n\n{traceback.format_exc()}")
    return file.name
