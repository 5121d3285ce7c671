"""What every command has in common on the screen: `--json`, `--verbose`, and the sink that they choose."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from tddbot.events import Sink
from tddbot.report.json_lines import json_lines
from tddbot.report.terminal import Terminal, console


@dataclass(frozen=True, slots=True)
class Display:
    """How to tell: events as JSON lines on standard output and nothing else there, or words for people."""

    json: bool = False
    verbose: bool = False

    @contextmanager
    def sink(self) -> Iterator[Sink]:
        """Yield the sink; what moves on the screen is gone afterwards."""
        if self.json:
            yield json_lines(write)
            return
        terminal = Terminal(console(), self.verbose)
        try:
            yield terminal
        finally:
            terminal.close()


def write(text: str) -> None:
    """Write to standard output at once, so that a reader at the other end of a pipe sees it."""
    sys.stdout.write(text)
    sys.stdout.flush()


unsafe_option = click.option(
    "--unsafe-no-sandbox",
    "unsafe",
    is_flag=True,
    help="Run what a model wrote WITHOUT a jail: it may do whatever you may.",
)


def display_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options of the display; it gets them as `display`."""

    @click.option("--json", "as_json", is_flag=True, help="Print events as JSON lines, and nothing else.")
    @click.option("-v", "--verbose", is_flag=True, help="Show every attempt with its verdict.")
    @wraps(command)
    def wrapped(*args: Any, as_json: bool, verbose: bool, **kwargs: Any) -> int:
        return command(*args, display=Display(as_json, verbose), **kwargs)

    return wrapped
