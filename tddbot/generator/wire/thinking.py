"""What of an answer's text is thinking: `<think>` blocks, as open models write them. Pure text."""

import re

MOST_REASONING = 4_000
"""Characters of the model's own reasoning that are kept, for people to read."""

_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})")
_OPEN = re.compile(r"[ \t]*<think(?:ing)?>")
_CLOSE = re.compile(r"</think(?:ing)?>")
_CLOSING_LINE = re.compile(r"</think(?:ing)?>\s*$")


def answer_and_thinking(text: str) -> tuple[str, str]:
    """Return an answer without its thinking, and the thinking.

    A block begins where a line does, and not within a fence, where it would be code; the first one may lack its start,
    which a model's template has written for it, and the last one its end, which is cut off.
    """
    if "think" not in text:
        return text, ""
    text = _with_its_start(text)
    answer: list[str] = []
    thought: list[str] = []
    at, is_fenced = 0, False
    while at < len(text):
        if not is_fenced and (opened := _OPEN.match(text, at)):
            closed = _CLOSE.search(text, opened.end())
            thought.append(text[opened.end() : closed.start() if closed else len(text)].strip())
            at = closed.end() if closed else len(text)
            continue
        is_fenced ^= bool(_FENCE.match(text, at))
        end = text.find("\n", at) + 1 or len(text)
        answer.append(text[at:end])
        at = end
    said = "".join(answer)
    return (said.lstrip() if thought else said), "\n\n".join(filter(None, thought))


def readable(*reasoning: str) -> str:
    """Return the parts of a model's reasoning as one text that can be kept: not too long, no lone surrogates."""
    text = "\n\n".join(part.strip() for part in reasoning if part.strip())[:MOST_REASONING]
    return text.encode("utf-8", "replace").decode("utf-8")


def _with_its_start(text: str) -> str:
    """Return the text with a `<think>` before it where it only ever has the end of one."""
    is_fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            is_fenced = not is_fenced
        elif not is_fenced:
            if _OPEN.match(line):
                return text
            # Alone on the rest of its line, so that prose about the tag is none.
            if _CLOSING_LINE.search(line):
                return f"<think>{text}"
    return text
