"""An answer of Chat Completions, chunk by chunk or whole, to the ending of the call. Pure: chunks are JSON values.

As with the Responses API nothing is taken on trust; a stream without a finish reason is no success, `[DONE]` or not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tddbot.generator.wire.endings import CallEnd, End, Json, of_error, plain
from tddbot.generator.wire.sse import DONE
from tddbot.generator.wire.stream import as_items, as_object, objects
from tddbot.generator.wire.thinking import answer_and_thinking, readable

_REASONING = ("reasoning_content", "reasoning")
"""Where servers put what is thought: vLLM, DeepSeek and llama.cpp the first, OpenRouter and newer vLLM the second."""

MUTE = "an empty stream"
"""What is said of a stream that ends without a word.

llama-cpp-python (0.3.36) leaves it at that where a request is longer than the context; unstreamed it says so.
"""

_CUT = {"length", "max_tokens"}
_FAILED = {"error", "insufficient_system_resource"}


@dataclass(slots=True)
class _Heard:
    """What has come of an answer so far."""

    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    finish: str = ""
    usage: Json | None = None
    choices: int = 0

    def add(self, body: Json, part: str) -> None:
        """Take in a chunk or a whole answer; `part` is where its first choice has the message."""
        if isinstance(body.get("usage"), Mapping):
            self.usage = _in_words_of_responses(body["usage"])
        for choice in objects(body.get("choices")):
            if choice.get("index") not in (None, 0):
                continue
            self.choices += 1
            said = as_object(choice.get(part))
            self.text.append(_text(said.get("content")))
            self.refusal.append(_text(said.get("refusal")))
            self.reasoning.append(next(filter(None, (_text(said.get(name)) for name in _REASONING)), ""))
            if isinstance(choice.get("finish_reason"), str):
                self.finish = choice["finish_reason"]

    def ended(self, output_cap: int) -> CallEnd:
        """Return the ending that this is, after its finish reason."""
        text, thought = answer_and_thinking("".join(self.text))
        end, detail = self._end(text, output_cap)
        if end is not End.OK:
            return CallEnd(end, detail, usage=self.usage, started=True, reasoning=self._thoughts(thought))
        items, reasoning = as_items(text), self._thoughts(thought)
        return CallEnd(End.OK, text=text, items=items, usage=self.usage, started=True, reasoning=reasoning)

    def _end(self, text: str, output_cap: int) -> tuple[End, str]:
        used = (self.usage or {}).get("output_tokens")
        if refusal := "".join(self.refusal):
            return End.REFUSAL, plain(refusal)
        if self.finish == "content_filter":
            return End.FILTERED, self.finish
        if self.finish in _FAILED:
            return End.TRANSIENT, plain(self.finish)
        if self.finish in _CUT or (isinstance(used, int) and used >= output_cap):
            return (End.TRUNCATED if text.strip() else End.EMPTY), "the output cap was reached"
        return (End.OK, "") if text.strip() else (End.EMPTY, plain(self.finish) if self.finish != "stop" else "")

    def _thoughts(self, thought: str) -> str:
        return readable("".join(self.reasoning), thought)


def read_chat_stream(events: Iterable[object], output_cap: int) -> CallEnd:
    """Return how the call ended; reads no further than it has to. A `CallEnd` is how the stream itself ended."""
    heard, brought = _Heard(), 0
    broken: CallEnd | None = None
    for event in events:
        if isinstance(event, CallEnd):
            broken = event
            break
        if event == DONE:
            break
        data = as_object(event)
        if data.get("error"):
            failed = of_error(data, heard.usage)
            return replace(failed, started=failed.started or any(heard.text))
        brought += 1
        heard.add(data, "delta")
        if heard.finish and heard.usage is not None:
            break
    if heard.finish:
        return heard.ended(output_cap)
    if broken is not None:
        return broken
    if not brought:
        return CallEnd(End.CUT_OFF, MUTE, started=True)
    if not heard.choices:
        return CallEnd(End.PROTOCOL, "a stream without choices", usage=heard.usage, started=True)
    return CallEnd(End.CUT_OFF, usage=heard.usage, started=True)


def of_completion(body: Json, output_cap: int) -> CallEnd:
    """Return the ending that a whole answer is."""
    heard = _Heard()
    heard.add(body, "message")
    if not heard.choices:
        return CallEnd(End.PROTOCOL, "an answer without choices", usage=heard.usage, started=True)
    # Older servers leave the finish reason out where nothing was cut.
    return heard.ended(output_cap)


def _text(content: object) -> str:
    """Return content as text: a string, or a list of parts."""
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in objects(content) if isinstance(part.get("text"), str))


def _in_words_of_responses(usage: Json) -> Json:
    """Return Chat's usage by the names of the Responses API, so that a bill is read in one way."""
    prompt, completion = (as_object(usage.get(f"{name}_tokens_details")) for name in ("prompt", "completion"))
    cached = prompt.get("cached_tokens", usage.get("prompt_cache_hit_tokens"))
    renamed = {
        "input_tokens": usage.get("prompt_tokens"),
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": prompt.get("cache_write_tokens")},
        "output_tokens": usage.get("completion_tokens"),
        "output_tokens_details": {"reasoning_tokens": completion.get("reasoning_tokens")},
    }
    return {name: value for name, value in renamed.items() if value is not None}
