"""Events for people: few lines, with colour where the terminal has it. This is the only file that imports rich."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tddbot import events
from tddbot.domain import (
    Attempt,
    Candidate,
    Conclusion,
    Dud,
    Ending,
    Evidence,
    Failure,
    NodeId,
    Patch,
    Question,
    Resolution,
    Ruling,
)
from tddbot.report import questions, words
from tddbot.report.clashes import clash_lines
from tddbot.report.difference import unified
from tddbot.report.record import evidence_lines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status
    from rich.text import Text

_MARKS = {
    Conclusion.FIXED: ("✔", "green"),
    Conclusion.CONTRADICTORY: ("≠", "yellow"),
    Conclusion.GAVE_UP: ("✘", "red"),
    Conclusion.FLAKY: ("~", "yellow"),
    Conclusion.CANCELLED: ("–", "yellow"),
}


_REASONED = (
    Ruling.FORBIDDEN, Ruling.REGRESSION, Ruling.UNPROVEN, Ruling.OFFERED, Ruling.OVERFIT, Ruling.GATED,
)  # fmt: skip


def console(stderr: bool = False) -> "Console":
    """Return a console that obeys NO_COLOR, TERM=dumb and pipes."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class _Busy:
    """What the moving status says, with the seconds since it began to say so."""

    text: str
    began: float = field(default_factory=time.monotonic)

    def __rich__(self) -> "Text":
        from rich.text import Text

        said = words.visible(f"{self.text}, {time.monotonic() - self.began:.0f} s")
        return Text(said, no_wrap=True, overflow="ellipsis")


class Terminal:
    """A sink of events.

    What was paid for is shown, attempt by attempt; `verbose` shows the free attempts, too, and what a model says of how
    it came to its answer.
    """

    def __init__(self, console: "Console", verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._status: Status | None = None
        self._contradiction: tuple[NodeId, ...] = ()
        self._said = ""

    def __call__(self, event: events.Event) -> None:
        """Show one event."""
        match event:
            case events.BaselineStarted():
                self._busy("running the tests")
            case events.BaselineTaken():
                self._baseline(event)
            case events.TargetStarted():
                self._contradiction, self._said = (), ""
                tests = words.count(len(event.target.node_ids), "red test")
                self._line(f"▸ {event.target.cause} ({tests})", style="bold")
                self._busy("making sure that it is red")
            case events.RungStarted():
                self._busy(f"{event.rung}, round {event.round}")
                if self._verbose:
                    self._rung(event)
            case events.AttemptJudged():
                self._attempt(event.number, event.attempt)
            case events.TargetResolved():
                self.close()
                self._resolved(event.resolution)
            case events.PatchApplied():
                self.close()
                self._patch(event.patch, event.evidence)
                self._line("  applied; `tddbot undo` takes it back", style="green")
            case events.PatchCommitted():
                self._committed(event)
            case events.PatchStored():
                self.close()
                self._patch(event.patch, event.evidence)
                self._line(f"  not applied: {event.reason}; `tddbot apply {event.patch.id}` does it", style="yellow")
            case events.FilesChanged():
                self._line(f"● saved: {', '.join(words.first_few(event.paths, 5))}", style="dim")
            case events.Notice():
                self._line(event.text, style="bold red" if event.danger else "yellow" if event.warning else "")

    def close(self) -> None:
        """Take the moving status away; the next event of work brings it back."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _baseline(self, event: events.BaselineTaken) -> None:
        run = event.run
        if not event.wanted or run.ending is not Ending.COMPLETE:
            self.close()
        if run.ending is not Ending.COMPLETE:
            return  # its counts would be those of a part
        self._line(f"● {words.count(len(run.results), 'test')} in {run.seconds:.1f} s: {words.outcomes(run)}")
        for name in words.first_few(event.wanted):
            self._line(f"  {name}", style="red")

    def _rung(self, event: events.RungStarted) -> None:
        by = f" ({event.generator})" if event.generator != event.rung else ""
        why = f", since {words.visible(event.why.splitlines()[0])}" if event.why and event.why != self._said else ""
        self._line(f"  {event.rung}, round {event.round}{by}{why}", style="dim")

    def _attempt(self, number: int, attempt: Attempt) -> None:
        proposal, verdict = attempt.proposal, attempt.verdict
        rung = f"{attempt.rung}: " if attempt.rung else ""
        self._busy(f"{rung}{words.count(number, 'attempt')}, the last one {verdict.ruling.value}")
        text = self._said = proposal.reason if isinstance(proposal, Dud) else proposal.note
        if isinstance(proposal, Dud) and proposal.contradiction:
            text = f"two tests contradict each other: {text}"
        if proposal.usage.calls:
            text = f"{rung}{words.one_line(text)} ({words.paid(proposal.usage)})"
        if self._verbose or proposal.usage.calls:
            style = "green" if verdict.accepted else "dim"
            self._line(f"  {number:>4}  {verdict.ruling.value:<12} {text}", style=style)
        if self._verbose:
            if verdict.reasons and verdict.ruling in _REASONED:
                self._line(f"        {'; '.join(verdict.reasons)}", style="dim")
            show_reasoning(self._console, proposal.reasoning, indent=8)
        if isinstance(proposal, Dud) and proposal.contradiction:
            self._contradiction = proposal.contradiction

    def _resolved(self, resolution: Resolution) -> None:
        mark, style = _MARKS[resolution.conclusion]
        tried = words.count(resolution.attempts, "attempt")
        reason = "; ".join(filter(None, [resolution.reason, questions.left_open(resolution)]))
        said = f": {reason}" if reason else ""
        if resolution.attempt and isinstance(resolution.attempt.proposal, Candidate):
            said = f": {words.one_line(resolution.attempt.proposal.note)}"
        self._line(
            f"{mark} {resolution.conclusion.value} after {tried} in {resolution.seconds:.1f} s{said}", style=style
        )
        if resolution.conclusion in (Conclusion.GAVE_UP, Conclusion.FLAKY):
            for result in [result for result in resolution.target.results if result.failure][:1]:
                self._test(result.node_id, result.failure)
        elif resolution.clash:
            for line in clash_lines(resolution.clash, self._console.width - 2):
                self._line(f"  {line}")
            self._line("  one of the two has to be changed; no patch may touch a test", style="yellow")
        elif resolution.conclusion is Conclusion.CONTRADICTORY and self._contradiction:
            failures = {result.node_id: result.failure for result in resolution.target.results}
            for node in self._contradiction:
                self._test(node, failures.get(node))
            self._line("  one of the two has to be changed, and no patch may touch a test", style="yellow")
        if resolution.conclusion is not Conclusion.FIXED:
            self._left_open(resolution)

    def _left_open(self, resolution: Resolution) -> None:
        """What the user may apply or decide."""
        for attempt in resolution.offers:
            if isinstance(attempt.proposal, Candidate):
                self._line(f"  {words.one_line(attempt.proposal.note)}")
                show_patch(self._console, attempt.proposal.patch)
                self._line(f"  {questions.offer_line(attempt.proposal)}", style="yellow")
        if resolution.question:
            show_question(self._console, resolution.question)

    def _test(self, node: NodeId, failure: Failure | None) -> None:
        for name in words.first_few([node]):
            self._line(f"  {name}", style="red" if failure else "")
        for line in words.failure_lines(failure) if failure else ():
            self._line(f"    {line}", style="dim")

    def _patch(self, patch: Patch, evidence: Evidence) -> None:
        show_patch(self._console, patch)
        show_evidence(self._console, evidence, whole=self._verbose)

    def _committed(self, event: events.PatchCommitted) -> None:
        if not event.commit:
            self._line(f"  not committed, and applied all the same: {event.reason}", style="yellow")
            return
        back = "`tddbot undo` takes the patch back in the working tree"
        self._line(f"  committed as {event.commit[:12]}; {back}", style="green")
        if event.reason:
            self._line(f"  {event.reason}", style="yellow")

    def _busy(self, text: str) -> None:
        if not self._console.is_terminal:
            return
        if self._status is None:
            self._status = self._console.status(_Busy(text))
            self._status.start()
        else:
            self._status.update(_Busy(text))

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(words.visible(text, keep="\n"), style=style or None, markup=False)


def show_patch(console: "Console", patch: Patch) -> None:
    """Print a patch as a difference with colours."""
    from rich.text import Text

    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in unified(patch).removesuffix("\n").split("\n"):
        shown = words.visible(line.removesuffix("\r"), keep="\t")
        console.print(Text("  " + shown, style=colours.get(line[:1], "")))


def show_evidence(console: "Console", evidence: Evidence, whole: bool = False) -> None:
    """Print the record of an accepted patch, and what the tests leave open of it; all of it where `whole` is set."""
    show_labelled(console, evidence_lines(evidence, whole))
    if evidence.question:
        show_question(console, evidence.question, evidence.patch_id)
    for line in questions.unpinned_lines(evidence.unpinned):
        console.print(f"  {line}", style="yellow", markup=False)


def show_question(console: "Console", question: Question, taken: str = "") -> None:
    """Print what one more test would decide; `taken` is the ID of the patch that was applied all the same."""
    first, *lines = questions.question_lines(question, taken)
    console.print(f"? {first}", style="yellow", markup=False)
    for line in lines:
        console.print(f"  {line}", markup=False)


def show_labelled(console: "Console", lines: Iterable[tuple[str, str]]) -> None:
    """Print pairs of a label and a text."""
    for label, text in lines:
        console.print(f"  {label:<7}{words.visible(text)}", markup=False, style="dim")


def show_reasoning(console: "Console", text: str, indent: int = 2) -> None:
    """Print a model's own summary of how it came to an answer, in few lines; nothing where there is none."""
    for line in words.wrapped(text, console.width - indent):
        console.print(" " * indent + line, markup=False, style="dim italic")
