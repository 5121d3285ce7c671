"""One slip, and what `tddbot fix` made of it: run as a user would, without a key, and judged from outside."""

import ast
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tddbot.bench.projects import Project, UnfitProjectError, environment
from tests.real.command import run
from tests.real.slips import Slip
from tests.real.suite import Suite, whole

IDENTICAL, SAME, GREEN, WRONG, NONE = "identical", "same code", "green", "wrong", "-"
"""How right the tree is afterwards: every byte; the syntax tree; another repair, with all tests that passed before
passing; tddbot says green and it is not; not fixed."""

_LONGEST = 1800.0
Events = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one slip. `seconds` is the wall clock of the whole command."""

    project: str
    slip: Slip
    fixed: bool
    right: str
    seconds: float
    reds: int
    targets: int
    attempts: int
    baseline: float
    note: str


def refuse_unless_green(project: Project) -> Suite:
    """Return the suite as released; raise UnfitProjectError unless plain pytest and tddbot both find it green."""
    suite = whole(project)
    if suite.red:
        raise UnfitProjectError(f"{len(suite.red)} of its own tests are red, first {min(suite.red)}")
    code, events, said = _fix(project)
    if code == 0:
        return suite
    reds = [red["node_id"] for event in _named(events, "baseline_taken") for red in event["run"]["reds"]]
    found = f"red: {', '.join(reds[:3])}" if reds else said or f"exit code {code}"
    raise UnfitProjectError(f"green with plain pytest, but tddbot says {found}")


def tried(project: Project, slip: Slip, before: Suite) -> Trial:
    """Make the slip, let tddbot work, look at what is there, and leave the tree as committed."""
    path = project.root / slip.path
    source = path.read_bytes()
    path.write_bytes(slip.injected(source))
    started = time.monotonic()
    try:
        code, events, said = _fix(project)
        seconds = time.monotonic() - started
        right = _how_right(project, path, source, before) if code == 0 else NONE
    finally:
        project.git("checkout", "--force", "--quiet", "HEAD", "--", ".")
    resolutions = [event["resolution"] for event in _named(events, "target_resolved")]
    nothing: dict[str, Any] = {"reds": [], "seconds": 0.0}
    baseline = next((event["run"] for event in _named(events, "baseline_taken")), nothing)
    return Trial(
        project=project.name,
        slip=slip,
        fixed=code == 0,
        right=right,
        seconds=seconds,
        reds=len(baseline["reds"]),
        targets=len(resolutions),
        attempts=sum(resolution["attempts"] for resolution in resolutions),
        baseline=baseline["seconds"],
        note=_note(code, events, resolutions, said),
    )


def _how_right(project: Project, path: Path, source: bytes, before: Suite) -> str:
    if not project.git("status", "--porcelain", "-z"):
        return IDENTICAL
    others = [line for line in project.git("diff", "--name-only").splitlines() if project.root / line != path]
    if not others and ast.dump(ast.parse(path.read_bytes())) == ast.dump(ast.parse(source)):
        return SAME
    after = whole(project)
    return GREEN if not after.red and before.passed <= after.passed else WRONG


def _note(code: int | None, events: Events, resolutions: list[dict[str, Any]], said: str) -> str:
    """What the repair was, or why there is none."""
    if code is None:
        return f"took more than {_LONGEST:g} s"
    if code:
        reasons = [each["reason"] for each in resolutions if each["conclusion"] != "fixed"]
        return "; ".join(dict.fromkeys(reasons)) or said or f"exit code {code}"
    return "; ".join(event["evidence"]["note"] for event in _named(events, "patch_applied"))


def _fix(project: Project) -> tuple[int | None, Events, str]:
    """Run `tddbot fix --json`; return its exit code (None: it took too long), its events and what it complained of."""
    command = [sys.executable, "-P", "-m", "tddbot", "fix", "--json"]
    done = run(command, project.root, environment(project.root), _LONGEST)
    lines = [line for line in done.output.splitlines() if line.endswith("}")]
    return done.code, [json.loads(line) for line in lines], _first_line(done.errors)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].removeprefix("tddbot: ")[:300]


def _named(events: Events, name: str) -> Events:
    return [event for event in events if event["event"] == name]
