"""What a server nests deeper than anything that can be worked on."""

import json

import pytest

from tddbot.generator.prompt.prompt import Prompt
from tddbot.generator.wire.calls import Question
from tddbot.generator.wire.dialect import Api, Dialect
from tddbot.generator.wire.endings import End
from tddbot.generator.wire.reading import read_answer
from tddbot.generator.wire.request import request
from tddbot.generator.wire.values import DEEPEST, value_of


def nested(levels: int) -> str:
    return "[" * levels + "1" + "]" * levels


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
def test_of_an_answer_only_as_much_is_kept_as_can_be_sent_again(kind: str) -> None:
    item = f'{{"type": "message", "x": {nested(800)}, "content": [{{"type": "output_text", "text": "Yes."}}]}}'
    response = f'{{"status": "completed", "output": [{item}], "usage": {{"output_tokens": {nested(800)}}}}}'
    body = f'data: {{"type": "response.completed", "response": {response}}}\n\n' if "stream" in kind else response
    ended = read_answer(kind, iter([body.encode()]), Api.RESPONSES, 1_000, lambda: None)
    assert (ended.end, ended.text) == (End.OK, "Yes.")
    sent = request(Question("m", "", Prompt("Rules.", (), ended.items), 1_000), Dialect())
    assert nested(DEEPEST) not in json.dumps(sent) + json.dumps(ended.usage)


def test_what_is_not_deep_stays_as_it_is() -> None:
    text = '{"a": [1, 2.5, null, true, "x", {"b": {}}], "c": []}'
    assert value_of(text) == json.loads(text)
    assert json.dumps(value_of(nested(DEEPEST))) == nested(DEEPEST)


@pytest.mark.parametrize("wrong", ["", "{", nested(100_000), "1" * 5_000])
def test_what_is_none_raises_what_is_expected(wrong: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        value_of(wrong)
