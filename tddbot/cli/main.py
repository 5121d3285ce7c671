"""The command line, and the one boundary where an error becomes a message, a hint and an exit code.

A command's module is loaded when it is called: all of them together cost 0.2 s of CPU, which `--version`, a completion
in the shell or a hook should not pay.
"""

import importlib
import io
import json
import os
import sys
import tempfile
import traceback

import click

from tddbot import __version__
from tddbot.errors import ExitCode, TddbotError

_COMMANDS = {
    "fix": "tddbot.cli.fix",
    "watch": "tddbot.cli.watch",
    "apply": "tddbot.cli.patches",
    "undo": "tddbot.cli.patches",
    "show": "tddbot.cli.patches",
    "log": "tddbot.cli.patches",
    "spend": "tddbot.cli.spend",
    "demo": "tddbot.cli.demo",
    "doctor": "tddbot.cli.doctor",
    "context": "tddbot.cli.context",
    "bench": "tddbot.cli.bench",
}


class _Commands(click.Group):
    """The commands of the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(_COMMANDS[cmd_name]), cmd_name)
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 nothing red, 1 red remains, 2 usage, 3 environment, 4 service or budget, 5 bug.",
)
@click.version_option(__version__, prog_name="tddbot", message="%(prog)s %(version)s")
def tddbot() -> None:
    """You write the failing test; tddbot proposes, proves and applies the implementation."""


def main(arguments: list[str] | None = None) -> None:
    """Run tddbot and exit with its code; arguments default to the process's own."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that speaks no UTF-8 gets escapes, not an error
            stream.reconfigure(errors="backslashreplace")
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
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return ExitCode.USAGE
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
        click.echo(json.dumps(fields))
    click.echo(f"tddbot: {message}", err=True)
    if hint:
        click.echo(f"  {hint}", err=True)
    return code


def _write_log(arguments: list[str]) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="tddbot-", suffix=".log", delete=False, encoding="utf-8") as file:
        file.write(f"tddbot {__version__}, Python {sys.version}\narguments: {arguments}\n\n{traceback.format_exc()}")
    return file.name
