"""What a person is told when tddbot cannot go on. Expected outcomes of the work are values, never these."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command."""

    OK = 0
    RED = 1
    USAGE = 2
    ENVIRONMENT = 3
    MEANS = 4
    BUG = 5
    INTERRUPTED = 130


class TddbotError(Exception):
    """A prerequisite is missing: `message` says what and where, `hint` what to do next."""

    exit_code = ExitCode.ENVIRONMENT

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(TddbotError):
    """The command line or the configuration is wrong."""

    exit_code = ExitCode.USAGE


class UnfitError(TddbotError):
    """The repository, the project's Python or the machine is not fit for the work."""
