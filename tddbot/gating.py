"""The project's own checks on a candidate: what Ruff, mypy and pyright find with it and did not without."""

from dataclasses import replace

from tddbot.domain import Candidate, Patch
from tddbot.judge.gates.before import Said
from tddbot.judge.gates.evasion import as_checked, evasions
from tddbot.judge.gates.findings import new, read, told
from tddbot.judge.gates.gates import Check, checks
from tddbot.ports import ToolRequest
from tddbot.proof import Gate
from tddbot.work import Work

_CANCELLED = "it was cancelled"
_UNCOMPARABLE = "a file did not parse before the patch, so what is new cannot be told"


def gated(work: Work, candidate: Candidate) -> tuple[Gate, ...]:
    """Return the gates that the project configures and the policy does not switch off, each with its new findings.

    Where nothing is configured, no process is started. What was found before is looked for once a target.
    """
    patch = candidate.patch
    paths = [edit.path for edit in patch.edits if edit.after is not None]
    found: dict[str, Gate] = {}
    for check in checks(paths, work.ports.repository.read, work.policy.gates):
        may_veto = work.policy.gates.get(check.name) == "veto"
        so_far = found.get(check.name, Gate(check.name, told(evasions(check.name, patch)), may_veto=may_veto))
        if not so_far.fault and not work.stop.is_set():
            found[check.name] = _with(so_far, _new(work, patch, check))
    return tuple(found.values())


def _with(gate: Gate, said: tuple[str, ...] | str) -> Gate:
    if isinstance(said, str):
        return replace(gate, findings=(), fault=said)
    return replace(gate, findings=(*gate.findings, *said))


def _new(work: Work, patch: Patch, check: Check) -> tuple[str, ...] | str:
    """Return what a check finds with the patch and did not find before, or say why that is not known.

    Where it finds nothing, nobody needs to know what it found before.
    """
    was = {edit.path: edit.before.split("\n") for edit in patch.edits if edit.before is not None}
    now = {edit.path: edit.after.split("\n") for edit in patch.edits if edit.after is not None}
    old = check.of(path for path in check.files if path in was)
    if isinstance(known := work.before.known(old), str):
        return known
    after = _said(work, as_checked(patch), check)
    if not after:
        return _CANCELLED if after is None else ()
    before = work.before.of(old, lambda: _said(work, None, old)) if old.files else ()
    if before is None or isinstance(before, str):
        return _CANCELLED if before is None else before
    if isinstance(after, str):
        return after
    return _UNCOMPARABLE if any(each.fatal for each in before) else told(new(before, after, was, now))


def _said(work: Work, patch: Patch | None, check: Check) -> Said | None:
    """Ask a check in the jail; None where that was stopped."""
    request = ToolRequest(
        snapshot=work.snapshot,
        module=check.module,
        arguments=check.arguments,
        patch=patch,
        protected=work.policy.protected,
        seconds=min(work.policy.gate_seconds, work.ledger.seconds_left()),
        lane=work.target.id,
    )
    done = work.ports.runner.tool(request, work.stop)
    if work.stop.is_set():
        return None
    said = done.fault or read(check.name, done.output, done.exit_code, check.files)
    return said if isinstance(said, str) else tuple(said)
