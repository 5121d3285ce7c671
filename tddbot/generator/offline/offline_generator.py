"""The Generator port with no key and no network: one layer after the other, until one of them has a fix to propose."""

from collections.abc import Iterator, Sequence
from itertools import islice

from tddbot.budget import Ledger
from tddbot.domain import Candidate, Dud, Kind, Proposal, Question
from tddbot.generator.offline.expressions.layer import expressions
from tddbot.generator.offline.handover import findings
from tddbot.generator.offline.inquiry import Inquiry, Layer
from tddbot.generator.offline.repair.repair import repair
from tddbot.generator.offline.rollback.rollback import rollback
from tddbot.generator.offline.scaffold.scaffold import scaffold
from tddbot.ports import ProposalRequest
from tddbot.stop import Stop

NAME = "offline"

LAYERS: tuple[Layer, ...] = (repair, scaffold, expressions, rollback)
"""In the order in which they are asked: what is surest first, what only helps somebody else last."""


class OfflineGenerator:
    """Proposes what can be found by trying.

    `protected` are the project's own patterns of paths that no patch may touch.
    """

    def __init__(self, protected: Sequence[str] = ()) -> None:
        self._protected = tuple(protected)

    def propose(self, request: ProposalRequest, ledger: Ledger, stop: Stop) -> Iterator[Proposal]:
        """Yield at most `rung.width` proposals, none of which is in `history`, or one final dud that says why not.

        A round ends with the first layer that proposes a fix, since the ones after it are of use only where that is
        none.
        """
        inquiry = Inquiry(request, ledger, stop, self._protected)
        if request.rung.width >= 1 and inquiry.may_go_on():
            yield from islice(_asked(inquiry), request.rung.width)


def _asked(inquiry: Inquiry) -> Iterator[Proposal]:
    """What is only offered is held back, since a fix leaves no use for it; a tie is fixed by nothing."""
    offers: list[Candidate] = []
    question: Question | None = None
    for layer in LAYERS:
        is_fixed = False
        for proposal in layer(inquiry):
            if isinstance(proposal, Dud):
                inquiry.reasons.append(proposal.reason)
                question = question or proposal.question
            elif proposal.kind is not Kind.FIX:
                offers.append(proposal)
            elif question is None:
                is_fixed = True
                yield proposal
        if is_fixed or not inquiry.may_go_on():
            return
    yield from offers
    reason = "; ".join(inquiry.reasons) or "nothing is left to try"
    yield Dud(reason, NAME, final=True, question=question, findings=findings(inquiry))
