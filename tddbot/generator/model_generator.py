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
from tddbot.generator.prompt.thread import Refused
from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.line import Line
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

    def propose(self, request: ProposalRequest, ledger: Ledger, stop: Stop) -> Iterator[Proposal]:
        """Yield a proposal for each conversation of this round, as they come in; every way to fail is a dud."""
        name = f"{MODEL}:{self.settings.model(request.rung.role)}"
        if fault := self.line.fault():
            yield Dud(fault, name, final=True, out_of_means=True)
            return
        branch = Stop(stop)
        speaker = self._speaker(request, name, ledger, branch)
        talks = [Conversation(speaker, opening) for opening in openings(request)]
        if len(talks) == 1:
            yield _for_good(talks[0].proposal(), request)
            return
        for proposal in _side_by_side(talks, name, branch):
            yield _for_good(proposal, request)

    def _speaker(self, request: ProposalRequest, name: str, ledger: Ledger, stop: Stop) -> Speaker:
        model = self.settings.model(request.rung.role)
        price, purse = self.line.price(model), self.purse if self.line.is_paid else None
        target_id, dial = request.brief.target.id, self.line.dial()
        asker = Asker(dial, price, self.settings, ledger, purse, self._gate, stop, name, target_id)
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
            lend=self.lend,
            clean=request.clean,
            protect=self.protect,
            explain=lambda call: self.line.explain(call, model, stop),
        )


def _side_by_side(talks: Sequence[Conversation], name: str, stop: Stop) -> Iterator[Proposal]:
    """Yield what the conversations come to, as they end; all first calls are paid for before any of them starts.

    Those that the budget does not allow are left out. Closing the iterator cuts off what is under way.
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


def _for_good(proposal: Proposal, request: ProposalRequest) -> Proposal:
    """Ask no further rung once a model has refused on two of them."""
    if isinstance(proposal, Dud) and proposal.replay == (Refused(),):
        before = any(attempt.proposal.replay == (Refused(),) for attempt in request.earlier)
        return replace(proposal, out_of_means=before)
    return proposal
