"""What a model is told of what was found without one: little, and never as a file that is there."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.domain import (
    Attempt,
    Candidate,
    Dud,
    Edit,
    Findings,
    Kind,
    Option,
    Patch,
    Question,
    Ruling,
    Verdict,
)  # fmt: skip
from tddbot.generator.asking.billing import estimated_tokens
from tddbot.generator.openings import openings
from tddbot.generator.prompt.fitting import Fitted, fitted
from tddbot.generator.prompt.handover import MAX_TOKENS, handover
from tddbot.generator.prompt.prompt import prompt
from tddbot.generator.prompt.thread import Digest, Found
from tddbot.ports import ProposalRequest
from tests.generator import samples

DRAFT = 'def double(x: int) -> int:\n    raise NotImplementedError("double is not written yet")\n'
LONG = st.text(max_size=30) | st.builds(lambda part, times: part * times, st.text(min_size=1, max_size=4), st.just(900))


def dud(findings: Findings | None = None, question: Question | None = None) -> Attempt:
    return Attempt(
        Dud("nothing is left", "offline", final=True, findings=findings, question=question), None, Verdict(Ruling.DUD)
    )


def draft(before: str | None, after: str, ruling: Ruling = Ruling.OFFERED) -> Attempt:
    patch = Patch((Edit("calc.py", before, after),))
    return Attempt(Candidate(patch, "offline scaffold", kind=Kind.SCAFFOLD), None, Verdict(ruling))


def request(*earlier: Attempt) -> ProposalRequest:
    return ProposalRequest(samples.brief(), samples.RUNG, earlier=earlier)


def test_a_new_file_is_shown_whole_and_said_to_be_on_no_disk() -> None:
    said = handover([draft(None, DRAFT)], str)
    assert said.startswith("A draft of calc.py, which is on no disk. If you use it, write the whole file:\n")
    assert said.endswith(DRAFT.rstrip("\n"))


def test_of_a_file_that_is_there_only_what_it_lacks_is_shown() -> None:
    before = "def half(x):\n    return x / 2\n"
    said = handover([draft(before, f"{before}\n\n{DRAFT}")], str)
    assert "They are not in the file" in said
    assert "def double" in said
    assert "def half" not in said


def test_a_draft_that_spoils_something_is_not_handed_on() -> None:
    assert handover([draft(None, DRAFT, Ruling.REGRESSION)], str) == ""


def test_findings_are_told_in_their_order() -> None:
    said = handover([dud(Findings(("calc.py:2  return x + 1",), ("double(3) -> 4",), ("calc.py:2: + to -",)))], str)
    places = [said.index(part) for part in ("may be at fault", "x + 1", "double(3) -> 4", "do not do it", "+ to -")]
    assert places == sorted(places)


def test_a_tie_comes_first_with_the_tests_that_would_decide_it() -> None:
    patches = [Patch((Edit("calc.py", "a", after),)) for after in ("b", "c")]
    options = (Option(patches[0], "< to <=", "assert f(1)"), Option(patches[1], "1 to 2", "assert not f(1)"))
    said = handover([dud(Findings(suspects=("calc.py:2",)), Question(options, "f(1)"))], str)
    assert said.splitlines()[1:3] == ["- < to <= (then assert f(1))", "- 1 to 2 (then assert not f(1))"]
    assert said.index("calc.py:2") > said.index("1 to 2")


def test_half_a_key_is_told_no_more_than_a_whole_one() -> None:
    key = "a-key-of-somebody"
    text = f"assert f('{'x' * 210}{key}') == 1"
    found = Findings((text,), (text,), (text,))
    question = Question((Option(Patch(()), text, text),))
    said = handover(
        [draft(None, f"# {text}\n"), dud(found, question)], lambda whole: whole.replace(key, "[redacted: key]")
    )
    assert "[redacted" in said
    assert "a-key" not in said


def test_nothing_found_is_nothing_said() -> None:
    assert handover([], str) == handover([dud()], str) == handover([samples.answered()], str) == ""


@settings(deadline=None)
@given(st.lists(LONG, max_size=12), LONG, st.booleans())
def test_whatever_was_found_takes_at_most_so_many_tokens(lines: list[str], text: str, is_new: bool) -> None:
    found = Findings(tuple(lines), tuple(lines), tuple(lines))
    options = tuple(Option(Patch(()), line, line) for line in lines)
    said = handover([draft(None if is_new else "x = 1\n", text), dud(found, Question(options))], str)
    assert estimated_tokens(len(said.encode("utf-8", "replace"))) <= MAX_TOKENS


def test_the_first_model_starts_from_it_and_later_ones_from_what_models_tried() -> None:
    found = dud(Findings(suspects=("calc.py:2",)))
    ((first,),) = openings(request(found))
    assert isinstance(first, Found)
    ((later,),) = openings(request(found, samples.answered()))
    assert isinstance(later, Digest)


def test_it_comes_after_the_stable_parts_as_data() -> None:
    brief = samples.brief()
    told = prompt(brief, (Found("calc.py:2"),))
    assert told.stable == prompt(brief).stable
    text = told.appended[0]["content"][0]["text"]
    assert text.index("Nothing of it is in the files") < text.index("<<BEGIN") < text.index("calc.py:2")


def test_it_is_left_out_last_where_there_is_too_much() -> None:
    brief, thread = samples.brief(), (Found("calc.py:2\n" * 100),)
    whole = estimated_tokens(prompt(brief, thread).size())
    fit = fitted(brief, thread, whole - 200)
    assert isinstance(fit, Fitted)
    assert fit.prompt.appended == ()
    assert fit.brief.excerpts == brief.excerpts
