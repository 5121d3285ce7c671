from dataclasses import replace

from tddbot.domain import Brief, Target
from tddbot.generator.prompt.cleaning import cleaned
from tddbot.generator.prompt.prompt import prompt
from tddbot.generator.prompt.thread import Answered, Digest, Judged
from tests.generator import samples

SAID = {"role": "assistant", "content": [{"type": "output_text", "text": "hunter2"}]}
SEALED = {"type": "reasoning", "encrypted_content": "hunter2"}


def clean(text: str) -> str:
    return text.replace("hunter2", "[redacted]")


def named(brief: Brief, node: str) -> Brief:
    first, *others = brief.target.results
    return replace(brief, target=Target(brief.target.cause, (replace(first, node_id=node), *others)))


def test_a_key_in_the_name_of_a_test_is_taken_out() -> None:
    brief = named(samples.brief(), "tests/test_a.py::test_login[hunter2]")
    before, after = prompt(brief), cleaned(prompt(brief), clean)
    assert "hunter2" in str(before.input)
    assert str(after.input) == str(before.input).replace("hunter2", "[redacted]")


def test_every_turn_is_cleaned_but_what_the_model_said() -> None:
    thread = (Digest("hunter2 failed"), Answered((SEALED, SAID)), Judged("hunter2 again"))
    after = cleaned(prompt(samples.brief(), thread), clean)
    assert [item for item in after.appended if "hunter2" in str(item)] == [SEALED, SAID]
    assert "[redacted] failed" in str(after.appended)
    assert "[redacted] again" in str(after.appended)


def test_a_clean_request_stays_the_same_object() -> None:
    request = prompt(samples.brief(), (Answered((SEALED, SAID)),))
    assert cleaned(request, lambda text: text) is request
