"""What of a text is thinking and what is the answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.generator.wire.thinking import answer_and_thinking, readable

CODE = "a.py\n```python\nOPEN = '''\n<think>\n'''\n```\n"


@pytest.mark.parametrize(
    ("text", "answer", "thinking"),
    [
        ("b", "b", ""),
        ("<think>a</think>b", "b", "a"),
        ("\n\n  <think>\na\n</think>\n\nb\n", "b\n", "a"),
        ("<think>a</think>\n<think>b</think>\nc", "c", "a\n\nb"),
        ("<think>a</think><think>b</think>c", "c", "a\n\nb"),
        ("b\n<think>a</think>\nc", "b\n\nc", "a"),
        ("<think>for ever", "", "for ever"),
        ("b\n<think>for ever", "b\n", "for ever"),
        ("a, whose start the template has written\n</think>\n\nb", "b", "a, whose start the template has written"),
        ("<think></think>b", "b", ""),
        ("<thinking>a</thinking>b", "b", "a"),
        ("<think>x.py\n```python\nwrong\n```\n</think>\nb", "b", "x.py\n```python\nwrong\n```"),
        (f"<think>a</think>\n{CODE}", CODE, "a"),
        (CODE, CODE, ""),
        ("I think so.", "I think so.", ""),
        ("The tag <think> is what it is about", "The tag <think> is what it is about", ""),
    ],
)
def test_thinking_is_no_answer(text: str, answer: str, thinking: str) -> None:
    assert answer_and_thinking(text) == (answer, thinking)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["<think>", "</think>", "```", "\n", " ", "a", "<thinking>"]), max_size=30))
def test_nothing_is_lost_but_tags_and_blanks(parts: list[str]) -> None:
    text = "".join(parts)
    answer, thinking = answer_and_thinking(text)
    assert (answer + thinking).count("a") == text.count("a")


def test_long_texts_are_read_in_time_that_grows_with_their_length() -> None:
    # One whose time grew with the square would not come back.
    for text in ("\n" * 500_000 + "<think>", "<think></think>" * 50_000, "</think> x\n" * 50_000, "```\n" * 200_000):
        answer_and_thinking(text)


def test_what_is_kept_to_be_read_is_short_and_can_be_written() -> None:
    assert readable(" a ", "", "b\ud800") == "a\n\nb?"
    assert len(readable("x" * 9_999)) == 4_000
