"""The reasoning model as a generator: the conversations of one round, one after the other or side by side."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

from tddbot.budget import Ledger
from tddbot.domain import Dud, Proposal
from tddbot.generator.answers.answer import Read
from tddbot.generator.asking.asking import Asker
from tddbot.generator.asking.gate import Gate
from tddbot.generator.conversation import Conversation, Lend, Speaker
from tddbot.generator.ladder import MODEL
from tddbot.generator.openings import openings
from tddbot.generator.prompt.shown import as_lent, as_shown
from tddbot.generator.prompt.thread import Refused
from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.line import Line
from tddbot.generator.wire.outage import Outage
from tddbot.ports import ProposalRequest, Purse
from tddbot.stop import Stop

_MOST_AT_ONCE = 8


@dataclass(frozen=True)
class ModelGenerator:
    """Asks a model for patches, and answers to how its earlier ones went.

    `read` is `ports.Repository.read`, `lend` what shows a model another file, `protect` the project's own patterns of
    protected paths. One generator serves all targets, side by side if need be.
    """

    settings: ModelSettings
    line: Line
    read: Read
    lend: Lend
    purse: Purse
    protect: tuple[str, ...] = ()
    _gate: Gate = field(default_factory=lambda: Gate(_MOST_AT_ONCE))
    _outage: Outage = field(default_factory=Outage)

    def propose(self, request: ProposalRequest, ledger: Ledger, stop: Stop) -> Iterator[Proposal]:
        """Yield a proposal for each conversation of this round, as they come in; every way to fail is a dud."""
        target_id, request = request.brief.target.id, as_shown(request)
        name = f"{MODEL}:{self.settings.model(request.rung.role)}"
        said = self._outage.now()
        if fault := f"{said}; not asked again so soon" if said else self.line.fault():
            yield Dud(fault, name, final=True, out_of_means=True)
            return
        branch, failed, is_out = Stop(stop), list[tuple[End, str]](), True
        speaker = self._speaker(request, target_id, name, ledger, branch, failed)
        talks = [Conversation(speaker, opening) for opening in openings(request)]
        for proposal in _side_by_side(talks, name, branch) if len(talks) > 1 else _alone(talks[0]):
            is_out = is_out and isinstance(proposal, Dud) and proposal.out_of_means
            yield _for_good(proposal, request)
        if is_out and failed:
            self._outage.note(*failed[-1])

    def _speaker(
        self,
        request: ProposalRequest,
        target_id: str,
        name: str,
        ledger: Ledger,
        stop: Stop,
        failed: list[tuple[End, str]],
    ) -> Speaker:
        """Return who is asked; how its calls fail, and in which words, goes into `failed`."""

        def explain(call: CallEnd) -> str:
            failed.append((call.end, self.line.explain(call, model, stop)))
            return failed[-1][1]

        model = self.settings.model(request.rung.role)
        price, purse = self.line.price(model), self.purse if self.line.is_paid else None
        asker = Asker(self.line.dial(), price, self.settings, ledger, purse, self._gate, stop, name, target_id)
        learnt = self.line.facts(model).get("context_tokens")
        known = learnt if isinstance(learnt, int) and learnt > 0 else self.settings.context_tokens
        return Speaker(
            brief=request.brief,
            model=model,
            effort=request.rung.effort,
            context=min(known, self.settings.context_tokens),
            output_cap=self.settings.max_output_tokens,
            asker=asker,
            read=self.read,
            lend=lambda path: as_lent(self.lend(path), request.brief.withheld),
            clean=request.clean,
            protect=self.protect,
            explain=explain,
        )


def _alone(talk: Conversation) -> Iterator[Proposal]:
    yield talk.proposal()


def _side_by_side(talks: Sequence[Conversation], name: str, stop: Stop) -> Iterator[Proposal]:
    """Yield what the conversations come to, as they end; all first calls are paid for before any of them starts.

    Those that the budget does not allow are duds at the end. Closing the iterator cuts off what is under way.
    """
    refusals = [talk.hold() for talk in talks]
    allowed = [talk for talk, refusal in zip(talks, refusals, strict=True) if refusal is None]
    if not allowed:
        yield Dud(next(filter(None, refusals)), name, final=True, out_of_means=True)
        return
    done: SimpleQueue[Future[Proposal]] = SimpleQueue()
    with ThreadPoolExecutor(len(allowed), thread_name_prefix="tddbot-talk") as pool:
        try:
            for talk in allowed:
                pool.submit(talk.proposal).add_done_callback(done.put)
            for _ in allowed:
                yield done.get().result()
        finally:
            stop.set()
    yield from (Dud(refusal, name) for refusal in refusals if refusal is not None)


def _for_good(proposal: Proposal, request: ProposalRequest) -> Proposal:
    """Ask no further rung once a model has refused on two of them."""
    if isinstance(proposal, Dud) and proposal.replay == (Refused(),):
        before = any(attempt.proposal.replay == (Refused(),) for attempt in request.earlier)
        return replace(proposal, out_of_means=before)
    return proposal
