"""The record of a patch in lines for people: what was proven, where, by whom, and what spoke against it. Pure."""

from collections.abc import Iterable, Sequence

from tddbot.domain import Evidence, Kind
from tddbot.proof import Gate
from tddbot.report.words import bill, count, first_few

Labelled = tuple[str, str]
"""A label and a text; lines that go on have an empty label."""

_CLAIMS = {
    Kind.SCAFFOLD: "scaffolded: what was missing is there, and yet to be written; proven is only that nothing is lost",
    Kind.ROLLBACK: "a suggestion: it takes back a change that may have been meant, which no test can tell",
}
_FEW = 5


def evidence_lines(evidence: Evidence, whole: bool = False) -> list[Labelled]:
    """Return the record of a patch that was accepted, or is offered; what is empty is left out.

    All of it where it is asked for as a `whole`, else a few of each, without what stands above the patch on the screen,
    seeds and digests. What the tests leave open is not among it.
    """
    most = 1_000 if whole else _FEW
    return [
        ("patch", evidence.patch_id),
        *_if("kind", _CLAIMS.get(evidence.kind, "")),
        *([("target", evidence.cause)] if whole else []),
        *_if("won", ", ".join(first_few(evidence.won, most))),
        ("kept", count(evidence.kept, "green test")),
        *_listed("flaky", [f"{node} is red, as it is at times without the patch" for node in evidence.flaky], most),
        ("proof", _proof(evidence)),
        *_if("seeds", "; ".join(evidence.seeds) if whole else ""),
        ("jail", evidence.jail),
        *_listed("lacks", evidence.lacks, most),
        *_if("held", ", ".join(evidence.held)),
        *_listed("guard", [str(warning) for warning in evidence.guard] or ["clean"], most),
        *_listed("gates", [line for gate in evidence.gates for line in _gate(gate, most)], most),
        *_listed("unrun", [f"no test of the target runs {line}" for line in evidence.uncovered], most),
        ("by", _author(evidence)),
        ("cost", f"{evidence.seconds:.1f} s, {bill(evidence.usage)}"),
        *(_listed("sha256", [f"{digest or 'no file':64} {path}" for path, digest in evidence.digests.items()], most)
          if whole else []),
    ]  # fmt: skip


def _proof(evidence: Evidence) -> str:
    cold = f"{count(evidence.proofs, 'cold run')} of the whole suite"
    repeats = f", {count(evidence.repeats, 'repeat')} of the target" if evidence.repeats else ""
    without = f", {evidence.without:,} without the patch" if evidence.without else ""
    return f"{cold}{repeats}{without}, on tree {evidence.tree[:12]}"


def _gate(gate: Gate, most: int) -> Iterable[str]:
    if gate.fault:
        return [f"{gate.name}: {gate.fault}"]
    if not gate.findings:
        return [f"{gate.name}: nothing new"]
    return [f"{gate.name}: {finding}" for finding in first_few(gate.findings, most)]


def _author(evidence: Evidence) -> str:
    model = f" ({evidence.model})" if evidence.model and evidence.model not in evidence.generator else ""
    effort = f", {evidence.effort} effort" if evidence.effort else ""
    note = f": {evidence.note}" if evidence.note else ""
    return f"{evidence.generator}{model}{effort}{note}"


def _if(label: str, text: str) -> list[Labelled]:
    return [(label, text)] if text else []


def _listed(label: str, texts: Sequence[str], most: int) -> list[Labelled]:
    return [("" if number else label, text) for number, text in enumerate(first_few(texts, most))]
