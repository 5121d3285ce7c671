"""One conversation with a model: from the brief to a proposal, over files that it asks for and answers that are faulty.

An answer that cannot be used is mended in the same conversation, once with the nearest lines and once in whole files:
that is a matter of form, while a round of the ladder is one of substance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tddbot.domain import Brief, Candidate, Dud, Excerpt, Patch, Proposal, Usage
from tddbot.generator.answers.abort import Contradiction, Needs
from tddbot.generator.answers.answer import Read, parse
from tddbot.generator.answers.faults import Fault
from tddbot.generator.asking.asking import Asked, Asker, Hold
from tddbot.generator.asking.retry import is_final, is_out_of_means
from tddbot.generator.prompt.cleaning import Clean, cleaned
from tddbot.generator.prompt.fitting import fitted
from tddbot.generator.prompt.thread import Answered, Faulty, Lent, Refused, Thread, Withheld
from tddbot.generator.wire.calls import Question
from tddbot.generator.wire.endings import CallEnd, End

Lend = Callable[[str], Excerpt | str]
"""Returns a file that a model asks for, or says in one clause why it does not get it."""

MOST_LENT = 3
_MOST_FAULTS = 2
_MOST_OVERFLOWS = 2


@dataclass(frozen=True)
class Speaker:
    """Who is asked, and what every conversation of a round has in common.

    `context` is how many tokens fit into the model in all, `output_cap` how many of them an answer may take.
    """

    brief: Brief
    model: str
    effort: str
    context: int
    output_cap: int
    asker: Asker
    read: Read
    lend: Lend
    protect: Sequence[str]
    explain: Callable[[CallEnd], str]
    clean: Clean = str


@dataclass
class Conversation:
    """One thread with a speaker; `thread` is how it begins."""

    speaker: Speaker
    thread: Thread
    _usage: Usage = field(default_factory=Usage)
    _dropped: int = 0
    _context: int = 0
    _overflows: int = 0
    _faults: int = 0
    _asked: int = 0
    _held: Hold | None = None
    _reasoning: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._context = self.speaker.context

    def hold(self) -> str | None:
        """Set the first call's worst case aside ahead of `proposal`, or say why no limit allows it."""
        question = self._question()
        if isinstance(question, str):
            return question
        held = self.speaker.asker.hold(question)
        if isinstance(held, str):
            return held
        self._held = held
        return None

    def proposal(self) -> Proposal:
        """Talk until there is something to try, or no more to be had."""
        while True:
            if ended := self._turn():
                return ended

    def _turn(self) -> Proposal | None:
        question = self._question()
        if isinstance(question, str):
            return self._dud(question, final=True)
        asked = self.speaker.asker.ask(question, self._held)
        self._held = None
        self._usage += asked.usage
        if asked.last is None or asked.last.end is not End.OK:
            return None if self._fits_less(asked) else self._unanswered(asked)
        return self._answered(asked.last)

    def _question(self) -> Question | str:
        """Return the next request, or why it does not fit into the model's context whatever is left out."""
        speaker = self.speaker
        cap = min(speaker.output_cap, self._context // 2)
        fit = fitted(speaker.brief, self.thread, self._context - cap, self._dropped)
        if isinstance(fit, str):
            return fit
        self._dropped = fit.dropped
        return Question(speaker.model, speaker.effort, cleaned(fit.prompt, speaker.clean), cap)

    def _fits_less(self, asked: Asked) -> bool:
        """Whether the context overflowed and there is something to leave out: that is tried twice."""
        if asked.last is None or asked.last.end is not End.OVERFLOW or self._overflows == _MOST_OVERFLOWS:
            return False
        self._overflows += 1
        told, before = asked.last.context or self._context, self._dropped
        # A context that the server names says how much must go; else half of what can goes, as there is no third try.
        for cuts in (0, 2, 1) if told < self._context else (2, 1):
            self._context, self._dropped = min(self._context, told), before + cuts
            if isinstance(self._question(), Question):
                return True
        self._dropped = before
        return False

    def _unanswered(self, asked: Asked) -> Dud:
        call = asked.last
        if call is None:
            return self._dud(asked.refusal, final=True, out_of_means=True)
        reason = "; ".join(filter(None, (self.speaker.explain(call), asked.refusal)))
        dud = self._dud(reason, is_final(call.end), is_out_of_means(call.end))
        return replace(dud, replay=(Refused(),)) if call.end in (End.REFUSAL, End.FILTERED) else dud

    def _answered(self, call: CallEnd) -> Proposal | None:
        self.thread = (*self.thread, Answered(call.items))
        if call.reasoning:
            self._reasoning.append(call.reasoning)
        speaker, lent = self.speaker, self._lent()
        brief = replace(speaker.brief, excerpts=(*speaker.brief.excerpts, *lent))
        answer = parse(call.text, brief, speaker.read, speaker.protect)
        match answer.outcome:
            case Patch() as patch:
                name, said = speaker.asker.name, "\n".join(self._reasoning)
                made = Candidate(patch, name, answer.diagnosis, self._usage, self.thread, said)
                return replace(made, model=speaker.model, effort=speaker.effort)
            case Contradiction(first, second, reason):
                return replace(self._dud(reason, final=True), contradiction=(first, second))
            case Needs(paths) if self._asked < MOST_LENT:
                self._lend(paths, len(lent))
            case Needs():
                return self._mend(f"You asked for files {MOST_LENT} times. Answer with edits now.")
            case Fault(reason):
                return self._mend(reason)
        return None

    def _lent(self) -> tuple[Excerpt, ...]:
        return tuple(turn.excerpt for turn in self.thread if isinstance(turn, Lent))

    def _lend(self, paths: Sequence[str], already: int) -> None:
        self._asked += 1
        for place, path in enumerate(paths, start=already):
            got = self.speaker.lend(path) if place < MOST_LENT else f"{MOST_LENT} files are the most that are shown"
            self.thread = (*self.thread, Withheld(path, got) if isinstance(got, str) else Lent(got))

    def _mend(self, reason: str) -> Dud | None:
        """Have a faulty answer put right in the same conversation, or give this rung up."""
        if self._faults == _MOST_FAULTS:
            return self._dud(reason, final=True)
        self._faults += 1
        self.thread = (*self.thread, Faulty(reason, whole_files=self._faults == _MOST_FAULTS))
        return None

    def _dud(self, reason: str, final: bool = False, out_of_means: bool = False) -> Dud:
        said = "\n".join(self._reasoning)
        return Dud(reason, self.speaker.asker.name, self._usage, final, out_of_means, self.thread, said)
