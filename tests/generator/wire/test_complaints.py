"""The words in which servers complain, and what they come to."""

import pytest

from tddbot.generator.wire.complaints import context_tokens, output_tokens
from tddbot.generator.wire.endings import End, of_error, of_status


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        ("This model's maximum context length is 8192 tokens. However, you requested 9,000 tokens", 8192),
        ("Requested tokens (5000) exceed context window of 2048", 2048),
        ("the request exceeds the available context size (4096 tokens)", 4096),
        ("the model is loaded with context length of only 4096 tokens", 4096),
        ("prompt is too long: 213000 tokens > 200000 maximum", 200_000),
        ("The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).", 1_048_576),
        ("maximum context length is 128,000 tokens", 128_000),
        ("Your input exceeds the context window of this model", None),
        ("context length is 7", None),
        ("context length is 99999999999999999999999", None),
    ],
)
def test_how_many_tokens_a_context_has(words: str, tokens: int | None) -> None:
    assert context_tokens(words) == tokens
    ended = of_status(400, {"error": {"message": words}}, {})
    assert (ended.end, ended.context) == (End.OVERFLOW, tokens)


def test_llama_cpp_has_a_field_for_it() -> None:
    error = {"code": 400, "message": "too large", "type": "exceed_context_size_error", "n_ctx": 4096}
    assert (of_status(400, {"error": error}, {}).end, of_status(400, {"error": error}, {}).context) == (
        End.OVERFLOW,
        4096,
    )


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        ("max_tokens is too large: 32000. This model supports at most 16384 completion tokens", 16_384),
        ("Expected a value <= 16384, but got 32000 instead.", 16_384),
        ("the valid range of max_tokens is [1, 8192]", 8_192),
        ("max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens", 8_192),
        ("`max_completion_tokens` must be less than or equal to `8192`", 8_192),
        ("Unsupported parameter: max_tokens", None),
    ],
)
def test_how_much_output_a_model_gives(words: str, tokens: int | None) -> None:
    assert output_tokens(words) == tokens
    assert of_status(400, {"error": {"message": words}}, {}).end is End.CAPABILITY


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "The model `x` does not exist or you do not have access to it."),
        (404, "The model x does not exist."),
        (404, 'model "x" not found, try pulling it first'),
        (404, "Model not found: x"),
        (404, "The API deployment for this resource does not exist."),
        (404, "No endpoints found for x."),
        (404, "models/x is not found for API version v1main"),
        (400, "x is not a valid model ID"),
        (400, "Invalid model name passed in model=x. Call `/v1/models` to view available models"),
        (400, "Model Not Exist"),
        (400, "Invalid model: x"),
        (400, "Unable to access model x."),
        (403, "Project `proj_1` does not have access to model `x`"),
    ],
)
def test_a_model_that_nobody_knows_is_told_with_the_servers_own_words(status: int, words: str) -> None:
    ended = of_status(status, {"error": {"message": words}}, {})
    assert (ended.end, ended.started) == (End.UNKNOWN_MODEL, False)
    assert words in ended.detail


@pytest.mark.parametrize(
    "words",
    [
        "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
        "The model does not support the developer role",
        "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.",
        "Your organization must be verified to stream this model.",
        "Not Found",
    ],
)
def test_other_complaints_are_not_taken_for_that(words: str) -> None:
    for status in (400, 404):
        assert of_status(status, {"error": {"message": words}}, {}).end is End.CAPABILITY


@pytest.mark.parametrize(
    ("error", "end", "started"),
    [
        ({"message": "slow down", "code": 429}, End.RATE_LIMIT, False),
        ({"message": "slow down", "code": "429"}, End.RATE_LIMIT, False),
        ({"message": "no credits", "code": 402}, End.QUOTA, False),
        ({"message": "no such key", "code": 401}, End.AUTHENTICATION, False),
        ({"message": "Provider returned error", "code": 502}, End.TRANSIENT, True),
        ({"message": "Unsupported", "code": "unsupported_value", "param": "stream"}, End.CAPABILITY, False),
        ({"message": "Unexpected endpoint or method. (POST /v1/responses)"}, End.CAPABILITY, False),
        ({"message": 'model "x" not found'}, End.UNKNOWN_MODEL, False),
        ({"message": "maximum context length is 4096 tokens"}, End.OVERFLOW, True),
        ({"message": "boom", "code": True}, End.TRANSIENT, True),
        ({"message": "boom", "code": 7}, End.TRANSIENT, True),
        ({"message": "boom", "code": ["x"]}, End.TRANSIENT, True),
        (None, End.TRANSIENT, True),
    ],
)
def test_an_error_with_status_200_is_billed_only_if_the_model_may_have_run(
    error: object, end: End, started: bool
) -> None:
    ended = of_error({"error": error})
    assert (ended.end, ended.started) == (end, started)
    assert of_error({"error": error}, {"output_tokens": 1}).started is (not ended.detail.startswith("404"))


@pytest.mark.parametrize("location", ["https://login.example/", "/login"])
def test_a_redirect_is_told_and_not_followed(location: str) -> None:
    ended = of_status(302, "", {"location": location})
    assert (ended.end, ended.detail) == (End.PROTOCOL, f"302: it redirects to {location}")
