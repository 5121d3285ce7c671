"""One target as the layers of the offline generator see it: what is asked, and what they tell each other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tddbot.budget import Ledger
from tddbot.domain import Brief, Candidate, Excerpt, Proposal
from tddbot.lab import Lab
from tddbot.ports import ProposalRequest
from tddbot.protection import protected_as
from tddbot.stop import Stop
from tddbot.ties.hearing import Hearing


@dataclass
class Inquiry:
    """A request, and what is found out on the way.

    `reasons` say in a clause each why a layer came to nothing; `rejected` are edits that were tried and why they are
    none, `scaffold` is what the tests use and nobody defines yet.
    """

    request: ProposalRequest
    ledger: Ledger
    stop: Stop
    protected: tuple[str, ...] = ()
    reasons: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    scaffold: Candidate | None = None

    @property
    def brief(self) -> Brief:
        """What may be seen of the target and the repository."""
        return self.request.brief

    @property
    def lab(self) -> Lab | None:
        """Where candidates may be tried, or None where nothing can be found out."""
        lab = self.request.lab
        return None if lab is None or lab.fault else lab

    @property
    def tried(self) -> frozenset[str]:
        """The patches that were proposed in an earlier round."""
        proposals = (each.proposal for each in self.request.history)
        return frozenset(each.patch.id for each in proposals if isinstance(each, Candidate))

    @property
    def hearing(self) -> Hearing:
        """Where patches that pass alike are told apart."""
        return Hearing(self.lab, self.stop, self.ledger.elapsed, self.brief, self.request.clean)

    def may_go_on(self, _: object = None) -> bool:
        """Whether there are means left."""
        return not self.stop.is_set() and self.ledger.exhausted() is None

    def is_open(self, excerpt: Excerpt) -> bool:
        """Whether a patch may touch the file, and it is Python."""
        return excerpt.path.endswith(".py") and protected_as(excerpt.path, self.protected) is None


Layer = Callable[[Inquiry], Iterator[Proposal]]
"""Yields proposals, best first, each made when it is asked for; in `inquiry.reasons` it says why there is none."""
