"""The words in which servers complain, since few of them have a code for it. Pure patterns; what follows is elsewhere.

Collected from the error messages of OpenAI, Azure, vLLM, llama.cpp, llama-cpp-python, Ollama, LM Studio, litellm,
OpenRouter, DeepSeek and Groq.
"""

import re

OVERFLOW = re.compile(
    r"context[ _]?length|context (?:window|size)|maximum context|too many tokens|prompt is too long"
    r"|input (?:is|was) too long|input token count",
    re.IGNORECASE,
)
"""The request is longer than the model's context."""

CAPABILITY = re.compile(
    r"\b(?:roles?|schema|unsupported|not supported|unknown (?:field|parameter)|unexpected keyword)\b", re.IGNORECASE
)
"""Even with a status of 500, it is the request and not the server that is at fault."""

NO_MODEL = re.compile(
    r"\bmodels?\b.{0,200}?(?:\bnot found\b|does not exist|doesn't exist|\bnot exist\b|is not a valid model)"
    r"|is not a valid model|(?:unknown|invalid|no such) model\b(?!.{0,20}parameter)|invalid model name"
    r"|does not have access to (?:the )?model|unable to access model|no endpoints found for"
    r"|deployment.{0,80}does not exist|\bmodel\b.{0,200}?is not found",
    re.IGNORECASE,
)
"""The server has no such model, or not for this key."""

NO_PATH = re.compile(r"unexpected endpoint|unknown endpoint|invalid url|unknown url|no route for", re.IGNORECASE)
"""The server does not offer this API; LM Studio says so with status 200."""

NO_QUOTA = re.compile(
    r"insufficient (?:balance|quota|credits?|funds)|credit balance is too low|out of credits", re.IGNORECASE
)

NO_KEY = re.compile(
    r"(?:invalid|incorrect|missing|expired|no) api[ _-]?key|api[ _-]?key.{0,40}(?:not valid|invalid|expired|missing)",
    re.IGNORECASE,
)

_CONTEXT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"context (?:length|window|size)(?: of| is|:)?(?: only| at most)? \(?(\d[\d,]*)",
        r"tokens? > (\d[\d,]*)(?: maximum)?",
        r"maximum number of tokens allowed \(?(\d[\d,]*)",
    )
)
_OUTPUT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"supports? at most (\d[\d,]*)",
        r"<= ?`?(\d[\d,]*)",
        r"less than or equal to `?(\d[\d,]*)",
        r"\[\s*\d+\s*, ?(\d[\d,]*)\s*\]",
        r"\d+ > (\d[\d,]*)",
        r"maximum (?:value )?(?:of|is|allowed is) `?(\d[\d,]*)",
    )
)
_LEAST, _MOST = 256, 100_000_000


def context_tokens(words: str) -> int | None:
    """Return how many tokens the model's context has, where the words name it."""
    return _first(_CONTEXT, words)


def output_tokens(words: str) -> int | None:
    """Return how many tokens of output the model gives at most, where a complaint about the cap names it."""
    return _first(_OUTPUT, words)


def plausible(count: int) -> int | None:
    """Return a count of tokens, or None where it can be none."""
    return count if _LEAST <= count <= _MOST else None


def _first(patterns: tuple[re.Pattern[str], ...], words: str) -> int | None:
    for pattern in patterns:
        if found := pattern.search(words):
            return plausible(int(found[1].replace(",", "")[:12]))
    return None
