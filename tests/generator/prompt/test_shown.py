"""What a model may be asked with: nothing of the withheld cases is left in a request."""

from dataclasses import replace

from tddbot.domain import (
    Attempt,
    Brief,
    Candidate,
    Dud,
    Edit,
    Ending,
    Excerpt,
    Failure,
    Findings,
    Kind,
    Option,
    Outcome,
    Patch,
    Question,
    Result,
    Role,
    Ruling,
    Run,
    Target,
    Verdict,
)
from tddbot.generator.openings import openings
from tddbot.generator.prompt.prompt import prompt
from tddbot.generator.prompt.shown import as_lent, as_shown
from tddbot.generator.prompt.thread import Answered
from tddbot.ports import ProposalRequest
from tddbot.proof import PartlyShown, Withheld
from tddbot.withholding import blanked
from tests.generator import samples

PATH = "tests/test_numerals.py"
SHOWN, HIDDEN = f"{PATH}::test_roman[4-IV]", f"{PATH}::test_roman[9-IX]"
HELD = Withheld(
    frozenset({HIDDEN}),
    {PATH: frozenset({3})},
    (PartlyShown(PATH, "test_roman", 1, shown=frozenset({"4-IV"}), hidden=frozenset({"9-IX"})),),
    {PATH: "ROWS = [\n    (4, 'IV'),\n    # a case is withheld\n]\n"},
    frozenset({"IX", "9"}),
)
PATCH = Patch((Edit("numerals.py", "a\n", "b\n"),))


def red(node: str) -> Result:
    message = f"assert 'a' == {node[-3:-1]!r}"
    return blanked(Result(node, Outcome.FAILED, failure=Failure("call", "AssertionError", message)), HELD)


def brief() -> Brief:
    full = Brief(
        Target("cause", (red(SHOWN), red(HIDDEN))),
        (Excerpt(PATH, "ROWS = [\n    (4, 'IV'),\n    (9, 'IX'),\n]\n", Role.TEST),),
        withheld=HELD,
    )
    shown = Brief(Target("cause", (red(SHOWN),)), (Excerpt(PATH, HELD.texts[PATH], Role.TEST),), withheld=HELD)
    return replace(full, shown=shown)


def tried(verdict: Verdict, replay: bool = True) -> Attempt:
    thread = (Answered(({"role": "assistant", "content": "numerals"},)),) if replay else ()
    run = Run("tree", {SHOWN: red(SHOWN), HIDDEN: red(HIDDEN)}, Ending.COMPLETE)
    return Attempt(Candidate(PATCH, "model:m", "An idea.", replay=thread), run, verdict)


def said(request: ProposalRequest) -> str:
    shown = as_shown(request)
    return str([prompt(shown.brief, thread).input for thread in openings(shown)])


def asked(history: tuple[Attempt, ...] = (), earlier: tuple[Attempt, ...] = ()) -> ProposalRequest:
    return ProposalRequest(brief(), samples.RUNG, history, earlier)


def test_the_brief_has_the_shown_cases_and_says_that_there_are_others() -> None:
    text = said(asked())
    assert "IX" not in text
    assert "IV" in text
    assert "1 further case of these tests is withheld" in text
    assert "IX" in str(prompt(brief()).input)


def test_a_request_without_withheld_cases_is_as_it_was() -> None:
    request = ProposalRequest(samples.brief(), samples.RUNG, (samples.attempt(Dud("why", "m")),))
    assert as_shown(request) is request
    assert "withheld" not in said(request)


def test_how_an_attempt_went_is_told_without_them() -> None:
    reasons = (f"not won: {HIDDEN} (failed)", "of 3 tests one is slow")
    for ruling in (Ruling.STILL_RED, Ruling.OVERFIT, Ruling.REGRESSION):
        attempt = tried(Verdict(ruling, reasons, lost=(HIDDEN,)))
        for request in (asked((attempt,)), asked(earlier=(attempt,))):
            assert "IX" not in said(request)
        assert "of 3 tests one is slow" in said(asked((attempt,)))
        assert "withheld cases are red" in said(asked((attempt,)))
    overfit = said(asked((tried(Verdict(Ruling.OVERFIT, ("it passes what was shown",))),)))
    assert "Find the rule" in overfit
    assert "assert 'a'" in overfit


def test_what_was_found_without_a_model_is_told_without_them() -> None:
    found = Findings(("numerals.py:9: return 1",), ("roman(4) -> 'a'", "roman(9) -> 'a'"), ("roman: 'IX' is no 'a'",))
    options = (
        Option(PATCH, "replace 9", "assert roman(19) == 'XIX'"),
        Option(PATCH, "an idea", "assert roman(9) == 'IX'"),
    )
    dud = Dud("why", "offline", findings=found, question=Question(options, "roman(9)"))
    text = said(asked(earlier=(Attempt(dud, None, Verdict(Ruling.DUD)),)))
    assert "roman(4)" in text
    assert "numerals.py:9" in text
    assert "roman(9)" not in text
    assert "'IX'" not in text
    assert "an edit" in text
    assert "XIX" in text


def test_a_draft_that_holds_them_is_not_told() -> None:
    draft = Candidate(Patch((Edit("numerals.py", None, "def roman(n=9): ...\n"),)), "offline", kind=Kind.SCAFFOLD)
    text = said(asked(earlier=(Attempt(draft, None, Verdict(Ruling.OFFERED)),)))
    assert "def roman" not in text


def test_a_file_that_is_asked_for_comes_as_it_is_shown() -> None:
    whole = brief().excerpts[0]
    assert as_lent(whole, HELD) == Excerpt(PATH, HELD.texts[PATH], Role.TEST)
    other = Excerpt("other.py", "x = 1\n", Role.SOURCE)
    assert as_lent(other, HELD) is other
    assert as_lent("no", HELD) == "no"
