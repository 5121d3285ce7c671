"""`tddbot demo`: the main job on a small repository of its own, without a key and without a network."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click

from tddbot.app import App, opened
from tddbot.cli.display import Display, display_options, unsafe_option
from tddbot.cli.fix import fix_all
from tddbot.cli.fixtures import fixture
from tddbot.cli.interrupt import stop_on_signal
from tddbot.domain import Candidate, Conclusion, Kind, Resolution
from tddbot.errors import ExitCode
from tddbot.events import Event, Notice, Sink, TargetResolved
from tddbot.repository.create import create
from tddbot.stop import Stop

_NAME = "demo"


@dataclass(frozen=True, slots=True)
class _Step:
    """What is shown: a test file, how its target must end, and the edits that are made before (path, old, new)."""

    title: str
    tests: str
    is_shown: Callable[[Resolution], bool]
    edits: tuple[tuple[str, str, str], ...] = ()


def _is_fixed(resolution: Resolution) -> bool:
    return resolution.conclusion is Conclusion.FIXED


def _is_asked(resolution: Resolution) -> bool:
    return resolution.question is not None


def _is_offered(kind: Kind) -> Callable[[Resolution], bool]:
    def is_shown(resolution: Resolution) -> bool:
        proposals = (attempt.proposal for attempt in resolution.offers)
        return any(isinstance(proposal, Candidate) and proposal.kind is kind for proposal in proposals)

    return is_shown


_STEPS = (
    _Step("A slip in a small library: it is repaired, proven and applied", "tests/test_shorten.py", _is_fixed),
    _Step("A function that is yet to be written: its tests decide it", "tests/test_slugs.py", _is_fixed),
    _Step("Tests that leave something open: one more test decides it", "tests/test_pages.py", _is_asked),
    _Step(
        "A module that nobody has written: its scaffold is offered, the code needs a model",
        "tests/test_roman.py",
        _is_offered(Kind.SCAFFOLD),
    ),
    _Step(
        "A regression: of two edits, the one that broke it is offered to be taken back",
        "tests/test_quoting.py",
        _is_offered(Kind.ROLLBACK),
        (
            ("textkit/quoting.py", '"""Texts in quotes."""', '"""Texts in quotation marks, and without them."""'),
            (
                "textkit/quoting.py",
                "    if len(text) >= 2 and text[0] == MARKS[0] and text[-1] == MARKS[1]:\n        return text[1:-1]\n"
                "    return text\n",
                "    return text.removeprefix(MARKS).removesuffix(MARKS)\n",
            ),
        ),
    ),
)


@click.command(short_help="Show the main job on an example.")
@click.option("--keep", is_flag=True, help="Leave the repository there, to try the other commands in.")
@unsafe_option
@display_options
def demo(keep: bool, unsafe: bool, display: Display) -> int:
    """Show the main job: what is repaired, written, asked and offered without a key, and what needs a model."""
    directory = Path(tempfile.mkdtemp(prefix="tddbot-demo-")).resolve()
    root = directory / "textkit"
    try:
        shutil.copytree(fixture(_NAME), root, ignore=shutil.ignore_patterns("__pycache__"))
        create(root, "A small library with a slip in it")
        return _show(root, display, keep, unsafe)
    finally:
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)


@dataclass
class _Noting:
    """A sink that hands every event on, and keeps how the targets ended."""

    tell: Sink
    resolutions: list[Resolution] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        if isinstance(event, TargetResolved):
            self.resolutions.append(event.resolution)
        self.tell(event)


def _show(root: Path, display: Display, keep: bool, unsafe: bool) -> int:
    # No key of the user's, and tddbot's own Python, which has pytest: the demonstration is the same everywhere.
    environment = {"PATH": "/usr/bin:/bin", "VIRTUAL_ENV": ""}
    with (
        stop_on_signal() as stop,
        display.sink() as tell,
        opened(root, tell, "tddbot demo", environment, sys.executable, unsafe) as app,
    ):
        tell(Notice(f"A small library, a git repository in {root}"))
        codes = []
        for number, step in enumerate(_STEPS, 1):
            codes.append(_shown(app, number, step, stop))
            if codes[-1] not in (ExitCode.OK, ExitCode.RED):
                break
        if keep:
            tell(Notice(f"\nThe repository is kept: cd {root}"))
    return max(codes, default=ExitCode.OK)


def _shown(app: App, number: int, step: _Step, stop: Stop) -> int:
    """Show a step. What is only asked or offered stays red, and is meant to; anything else than that is told."""
    for path, old, new in step.edits:
        place = app.repository.root / path
        place.write_text(place.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    tell = app.tell
    tell(Notice(f"\n{number}. {step.title}"))
    app.tell = noting = _Noting(tell)
    try:
        code = fix_all(app, [step.tests], stop, apply=True)
    finally:
        app.tell = tell
    if code not in (ExitCode.OK, ExitCode.RED):
        return code
    if any(map(step.is_shown, noting.resolutions)):
        return ExitCode.OK
    tell(Notice("the demonstration did not go as it should", warning=True))
    return ExitCode.RED
