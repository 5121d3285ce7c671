"""The order from free to dear in which generators are asked. Model names are settings; here are only roles.

Why this order: one round of feedback nearly doubles what a low effort solves (aider's polyglot set: 43.1 % to
81.3 %), most of self-repair's gain lies in the first two rounds (arXiv:2604.10508), a fresh start wins back what a
long thread loses (arXiv:2506.18403), and what is hard then is better searched side by side than one after the other
(arXiv:2604.05868), with different plans (arXiv:2409.03733).
"""

from tddbot.generator.settings import Effort, ModelSettings, RungSettings
from tddbot.ports import Rung

OFFLINE = "offline"
"""The name of the generator that needs no model."""

MODEL = "model"
"""The name of the generator that asks a reasoning model."""

_FREE = Rung("offline", OFFLINE, rounds=2, width=300)
_PAID = (
    RungSettings("small", Effort.LOW, rounds=2),
    RungSettings("small", Effort.HIGH),
    RungSettings("large", Effort.MEDIUM, rounds=3),
    RungSettings("large", Effort.HIGH, rounds=2, width=4, repaired=2),
)
"""Twelve calls at most where each answer can be used; the default budget allows for one more."""


def ladder(has_model: bool, settings: ModelSettings) -> tuple[Rung, ...]:
    """Return the rungs to climb, the user's own or the default ones; without a model the offline one alone."""
    paid = settings.ladder or _PAID
    return (_FREE, *(_rung(number, rung) for number, rung in enumerate(paid))) if has_model else (_FREE,)


def _rung(number: int, rung: RungSettings) -> Rung:
    name = rung.name or _name(rung) + (", fresh" if number else "")
    return Rung(name, MODEL, rung.role, rung.effort or "", rung.rounds, rung.width, rung.repaired)


def _name(rung: RungSettings) -> str:
    effort = f"{rung.effort} effort" if rung.effort else "its own effort"
    return f"{rung.role}, {effort}" + (f", {rung.width} plans" if rung.width > 1 else "")
