"""The order of the layers and what becomes of what they say, with layers that say it by heart."""

from collections.abc import Iterator

import pytest

from tddbot.domain import Candidate, Dud, Edit, Kind, Option, Patch, Proposal, Question
from tddbot.generator.offline import offline_generator as module
from tddbot.generator.offline.inquiry import Inquiry, Layer
from tests.generator.offline.making import brief, propose

CODE = "def f(a):\n    return a\n"


def patch(text: str) -> Patch:
    return Patch((Edit("calc.py", CODE, text),))


FIX = Candidate(patch("x = 1\n"), "one")
SCAFFOLD = Candidate(patch("x = 2\n"), "two", kind=Kind.SCAFFOLD)
QUESTION = Question((Option(patch("x = 3\n"), "three", "assert f(1) == 3"), Option(patch("x = 4\n"), "four")), "f(1)")


def saying(*proposals: Proposal, reason: str = "") -> Layer:
    def layer(inquiry: Inquiry) -> Iterator[Proposal]:
        inquiry.reasons.extend(filter(None, [reason]))
        yield from proposals

    return layer


@pytest.fixture(autouse=True)
def no_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAYERS", ())


def of(monkeypatch: pytest.MonkeyPatch, *layers: Layer) -> list[Proposal]:
    monkeypatch.setattr(module, "LAYERS", layers)
    return list(propose(brief(CODE)))


def test_a_fix_ends_the_round(monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(monkeypatch, saying(FIX), saying(SCAFFOLD)) == [FIX]


def test_what_is_only_offered_gives_way_to_a_fix_that_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(monkeypatch, saying(SCAFFOLD), saying(FIX)) == [FIX]


def test_without_a_fix_it_is_offered_before_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    offered, dud = of(monkeypatch, saying(SCAFFOLD), saying(reason="no expression"))
    assert offered == SCAFFOLD
    assert isinstance(dud, Dud)
    assert (dud.reason, dud.final) == ("no expression", True)
    assert dud.findings is not None


def test_a_question_is_asked_with_the_last_word_and_keeps_no_layer_from_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asking = Dud("two edits pass", "three", question=QUESTION)
    offered, dud = of(monkeypatch, saying(asking), saying(SCAFFOLD, reason="and more"))
    assert offered == SCAFFOLD
    assert isinstance(dud, Dud)
    assert (dud.reason, dud.question, dud.final) == ("two edits pass; and more", QUESTION, True)


def test_where_patches_tie_one_more_that_passes_is_no_fix_either(monkeypatch: pytest.MonkeyPatch) -> None:
    (dud,) = of(monkeypatch, saying(Dud("two edits pass", "three", question=QUESTION)), saying(FIX))
    assert isinstance(dud, Dud)
    assert dud.question == QUESTION
