"""The options that keep what a model says in a file, and play it again."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from tddbot.errors import UsageError


def recording_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command `--record` and `--replay`, of which at most one is given; it gets them as paths."""

    @click.option("--record", type=click.Path(path_type=Path), metavar="FILE", help="Keep what the model says in FILE.")
    @click.option(
        "--replay",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Take what the model says from FILE: no network.",
    )
    @wraps(command)
    def wrapped(*args: Any, record: Path | None, replay: Path | None, **kwargs: Any) -> int:
        if record is not None and replay is not None:
            raise UsageError("--record and --replay exclude each other", "Give one of them.")
        return command(*args, record=record, replay=replay, **kwargs)

    return wrapped
