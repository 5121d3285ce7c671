"""The order from free to dear in which generators are asked. Model names are settings; here are only roles.

Why this order: one round of feedback nearly doubles what a low effort solves (aider's polyglot set: 43.1 % to
81.3 %), most of self-repair's gain lies in the first two rounds (arXiv:2604.10508), and a fresh start wins back what
a long thread loses (arXiv:2506.18403).
"""

from tddbot.generator.settings import Effort
from tddbot.ports import Rung

OFFLINE = "offline"
"""The name of the generator that needs no model."""

MODEL = "model"
"""The name of the generator that asks a reasoning model."""

_FREE = (Rung("offline", OFFLINE, width=300),)
_PAID = (
    Rung("small, low effort", MODEL, role="small", effort=Effort.LOW, rounds=2),
    Rung("small, high effort, fresh", MODEL, role="small", effort=Effort.HIGH),
    Rung("large, medium effort, fresh", MODEL, role="large", effort=Effort.MEDIUM, rounds=3),
)


def ladder(has_model: bool) -> tuple[Rung, ...]:
    """Return the default rungs; without a model the offline one alone."""
    return _FREE + _PAID if has_model else _FREE
