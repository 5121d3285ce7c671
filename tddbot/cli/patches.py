"""`tddbot apply`, `undo`, `show` and `log`: patches that are in the store, by ID."""

from collections.abc import Iterator
from pathlib import Path

import click

from tddbot.app import App, opened
from tddbot.cli.committing import Uncommitted, commit_option
from tddbot.cli.display import Display, display_options, write
from tddbot.domain import Applied, Patch
from tddbot.ending import commit
from tddbot.errors import ExitCode, UsageError
from tddbot.report.difference import unified
from tddbot.report.json_lines import line, plain
from tddbot.report.questions import DECIDES
from tddbot.report.terminal import console, show_evidence, show_labelled, show_patch, show_reasoning
from tddbot.report.words import bill, one_line, visible
from tddbot.store.records import StoredAttempt, StoredOption, StoredPatch


@click.command(short_help="Apply a patch that is proven or offered.")
@click.argument("patch_id", metavar="ID")
@commit_option
@display_options
def apply(patch_id: str, is_to_commit: bool, display: Display) -> int:
    """Apply a patch from the store that is proven or offered; the files must be as they were when it was made."""
    with display.sink() as shown, opened(Path.cwd(), tell := Uncommitted(shown), "tddbot apply") as app:
        stored = _find(app, patch_id)
        if stored.evidence is None:
            raise _unproven(stored)
        code = _write(app, display, stored.patch, stored.patch.id, "applied")
        if is_to_commit and code == ExitCode.OK:
            commit(app.repository, tell, stored.patch, stored.evidence)
        return ExitCode.RED if tell.ids else code


@click.command(short_help="Take an applied patch back.")
@click.argument("patch_id", metavar="[ID]", required=False)
@display_options
def undo(patch_id: str | None, display: Display) -> int:
    """Take an applied patch back: the last one, or the one named."""
    with display.sink() as tell, opened(Path.cwd(), tell, "tddbot undo") as app:
        stored = _find(app, patch_id) if patch_id else app.store.last_applied()
        if stored is None or stored.state != "applied":
            raise UsageError("no patch is applied" if stored is None else f"patch {stored.patch.id} is not applied")
        return _write(app, display, stored.patch.inverse(), stored.patch.id, "undone")


@click.command(short_help="Show a patch and its record.")
@click.argument("patch_id", metavar="ID")
@display_options
def show(patch_id: str, display: Display) -> int:
    """Show a patch as a difference, with why it was made and the record of what was proven."""
    with display.sink() as tell, opened(Path.cwd(), tell, None) as app:
        stored = _find(app, patch_id)
        attempt = app.store.attempt_with(stored.patch.id)
        if display.json:
            more = {
                "difference": unified(stored.patch), "evidence": plain(stored.evidence), "option": stored.option,
                "attempt": attempt,
            }  # fmt: skip
            write(line({**_row(stored), **more}))
            return ExitCode.OK
        screen = console()
        screen.print(f"patch {stored.patch.id}, {stored.standing}, {stored.created:%Y-%m-%d %H:%M} UTC", markup=False)
        show_patch(screen, stored.patch)
        if stored.evidence:
            show_evidence(screen, stored.evidence, whole=True)
        elif stored.option:
            show_labelled(screen, _undecided(stored, stored.option))
        elif attempt:
            show_labelled(screen, [("by", f"{attempt.generator}: {one_line(attempt.note, most=2000)}")])
        if attempt:
            show_labelled(screen, [("rung", _came_to(attempt))])
            show_reasoning(screen, attempt.reasoning, indent=9)
    return ExitCode.OK


@click.command(short_help="List the patches.")
@click.option("-n", "--number", default=20, type=click.IntRange(min=1), help="How many, the newest first.")
@click.option("--all", "every", is_flag=True, help="Also candidates that were never proven.")
@display_options
def log(number: int, every: bool, display: Display) -> int:
    """List the patches in the store, the newest first."""
    with display.sink() as tell, opened(Path.cwd(), tell, None) as app:
        rows = [stored for stored in app.store.log(10_000) if every or stored.evidence][:number]
        for stored in rows:
            if display.json:
                write(line(_row(stored)))
            else:
                when = f"{stored.created:%Y-%m-%d %H:%M}"
                write(
                    f"{stored.patch.id}  {stored.standing:<9} {when}  {', '.join(stored.patch.paths)}  {stored.note}\n"
                )
        if not rows and not display.json:
            write("No patch is in the store yet.\n")
    return ExitCode.OK


def _find(app: App, patch_id: str) -> StoredPatch:
    stored = app.store.patch(patch_id)
    if stored is None:
        raise UsageError(
            f"no patch {patch_id!r} is in the store",
            "`tddbot log` lists the proven ones, `tddbot log --all` every candidate.",
        )
    return stored


def _unproven(stored: StoredPatch) -> UsageError:
    name = stored.patch.id
    if (option := stored.option) is None:
        return UsageError(f"patch {name} was never proven, so it is not applied", f"`tddbot show {name}` shows it.")
    others = ", ".join(option.others)
    what = f"`{visible(one_line(option.test))}`" if option.test else "a test that only it passes"
    place = f" to {option.path}" if option.path else ""
    return UsageError(
        f"patch {name} is not applied: all tests pass with it, and with {others} as well; {DECIDES}",
        f"If it is the right one, add {what}{place}, then run `tddbot fix` again.",
    )


def _undecided(stored: StoredPatch, option: StoredOption) -> Iterator[tuple[str, str]]:
    """What is known of one of several patches which all tests pass."""
    yield "what", one_line(stored.note)
    yield "or", ", ".join(option.others)
    for number, text in enumerate(option.test.splitlines()):
        yield ("" if number else "if"), text
    place = f" to {option.path}" if option.path else ""
    yield (
        "then",
        f"add {'this' if option.test else 'a test that only this one passes'}{place}, and run `tddbot fix` again",
    )


def _came_to(attempt: StoredAttempt) -> str:
    """Return on which rung a patch was made, what came of it, and what this attempt alone has cost."""
    ruled = "; ".join((attempt.ruling.value, *attempt.verdict.reasons))
    return f"{attempt.rung or '(not kept)'}: {ruled}" + (f"; {bill(attempt.usage)}" if attempt.usage.calls else "")


def _write(app: App, display: Display, patch: Patch, patch_id: str, state: str) -> int:
    """Put a patch into the tree through the one door; a conflict changes no byte."""
    outcome = app.repository.apply(patch)
    if isinstance(outcome, Applied):
        app.store.mark(patch_id, state)
    if display.json:
        conflict = None if isinstance(outcome, Applied) else outcome.reason
        write(line({"patch_id": patch_id, "state": state if conflict is None else "conflict", "reason": conflict}))
    elif isinstance(outcome, Applied):
        show_patch(console(), patch)
        write(f"{state}: {patch_id}\n")
    else:
        moved_on = any(app.repository.read(edit.path) != edit.before_bytes() for edit in patch.edits)
        step = " `tddbot fix` plans it anew on the tree as it is." if moved_on and state == "applied" else ""
        write(f"not {state}, and nothing was changed: {outcome.reason}{step}\n")
    return ExitCode.OK if isinstance(outcome, Applied) else ExitCode.RED


def _row(stored: StoredPatch) -> dict[str, object]:
    return {
        "patch_id": stored.patch.id, "state": stored.standing, "created": stored.created, "note": stored.note,
        "paths": stored.patch.paths,
    }  # fmt: skip
