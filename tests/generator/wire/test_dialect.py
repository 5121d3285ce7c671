"""What is tried after which refusal: by what servers say, and that it always comes to an end."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot.generator.settings import Effort
from tddbot.generator.wire.dialect import Api, Cap, Dialect, Speaker, of_facts, refuses, simpler, to_facts
from tddbot.generator.wire.endings import CallEnd, End, of_status

RESPONSES = Dialect()
CHAT = Dialect(api=Api.CHAT)
OLD_CHAT = Dialect(api=Api.CHAT, role=Speaker.SYSTEM, cap=Cap.OLD)
MOST_STEPS = 20


def refusal(message: str, param: str | None = None, code: int = 400) -> CallEnd:
    return of_status(code, {"error": {"message": message, "param": param, "type": "invalid_request_error"}}, {})


def fields(dialect: Dialect) -> dict[str, object]:
    return dict(to_facts(dialect))


def changed(before: Dialect, after: Dialect | None) -> dict[str, object]:
    assert after is not None
    return {name: value for name, value in fields(after).items() if value != fields(before)[name]}


@pytest.mark.parametrize(
    ("dialect", "message", "param", "left_out"),
    [
        (RESPONSES, "Your organization must be verified to generate reasoning summaries.", None, {"summary": False}),
        (RESPONSES, "Unsupported parameter", "reasoning.summary", {"summary": False}),
        (RESPONSES, "Encrypted content is not supported with this model.", "include", {"sealed": False}),
        (RESPONSES, "The encrypted content rs_1 could not be verified.", None, {"sealed": False}),
        (RESPONSES, "Unknown parameter: 'prompt_cache_key'.", "prompt_cache_key", {"cache_key": False}),
        (RESPONSES, "Your organization must be verified to stream this model.", "stream", {"stream": False}),
        (RESPONSES, "Unsupported parameter: 'reasoning.effort'", "reasoning.effort", {"efforts": []}),
        (RESPONSES, "Unsupported parameter: 'reasoning'", "reasoning", {"efforts": [], "summary": False}),
        (
            RESPONSES,
            "Unsupported value: 'minimal' is not supported with this model. Supported values are: 'low', 'medium', and "
            "'high'.",
            "reasoning.effort",
            {"efforts": ["low", "medium", "high"]},
        ),
        (
            CHAT,
            'invalid think value: "xhigh" (must be "high", "medium", "low", true, or false)',
            None,
            {"efforts": ["low", "medium", "high"]},
        ),
        (CHAT, '"llama3" does not support thinking', None, {"efforts": []}),
        (CHAT, "Unrecognized request argument supplied: reasoning_effort", None, {"efforts": []}),
        (CHAT, "Unsupported parameter: 'max_completion_tokens'", None, {"cap": "max_tokens"}),
        (
            CHAT,
            "max_tokens is too large: 32000. It supports at most 16384 completion tokens",
            None,
            {"most_output": 16384},
        ),
        (CHAT, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", None, {"most_output": 8192}),
        (
            RESPONSES,
            "Invalid 'max_output_tokens': Expected a value <= 16384, but got 32000",
            None,
            {"most_output": 16384},
        ),
        (CHAT, "Unexpected role: developer", None, {"role": "system"}),
        (CHAT, "'developer' is not one of ['system', 'assistant'] - 'messages.0.role'", None, {"role": "system"}),
        (CHAT, "Unsupported value", "messages[0].role", {"role": "system"}),
        (OLD_CHAT, "System role not supported", None, {"role": "user"}),
        (CHAT, "Extra inputs are not permitted", "stream_options", {"stream_options": False}),
        (CHAT, "unknown field `store`", None, {"store": False}),
        (RESPONSES, "This model is not supported with the Responses API.", None, {"api": "chat"}),
        (RESPONSES, "I do not like it", None, {"api": "chat"}),
        (CHAT, "I do not like it", None, {"role": "system", "cap": "max_tokens"}),
        (
            OLD_CHAT,
            "I do not like it",
            None,
            {
                "efforts": [],
                "summary": False,
                "sealed": False,
                "cache_key": False,
                "store": False,
                "stream_options": False,
            },
        ),
    ],
)
def test_only_what_a_refusal_names_is_left_out(
    dialect: Dialect, message: str, param: str | None, left_out: dict[str, object]
) -> None:
    assert changed(dialect, simpler(dialect, refusal(message, param))) == left_out


@pytest.mark.parametrize("code", [404, 405, 501])
def test_a_path_that_is_not_there_means_the_other_api(code: int) -> None:
    missing = of_status(code, {"detail": "Not Found"}, {})
    assert missing.end is End.CAPABILITY
    assert changed(RESPONSES, simpler(RESPONSES, missing)) == {"api": "chat"}
    assert simpler(CHAT, missing) is None
    assert simpler(RESPONSES, missing, is_pinned=True) is None


def test_fields_that_a_list_of_faults_names_are_left_out_together() -> None:
    faults = [{"type": "extra", "loc": ["body", name], "msg": "Extra inputs"} for name in ("store", "prompt_cache_key")]
    said = of_status(422, {"detail": faults}, {})
    assert said.detail == "422: store: Extra inputs; prompt_cache_key: Extra inputs"
    assert changed(CHAT, simpler(CHAT, said)) == {"store": False, "cache_key": False}


def test_the_order_without_any_hint_is_that_of_the_age_of_servers() -> None:
    tried, dialect = [RESPONSES], simpler(RESPONSES, refusal("no"))
    while dialect is not None:
        tried.append(dialect)
        dialect = simpler(dialect, refusal("no"))
    assert [(one.api, one.role, one.cap, bool(one.efforts)) for one in tried] == [
        ("responses", "developer", "max_completion_tokens", True),
        ("chat", "developer", "max_completion_tokens", True),
        ("chat", "system", "max_tokens", True),
        ("chat", "system", "max_tokens", False),
    ]


def test_a_pinned_api_stays_and_responses_are_never_left_to_be_stored() -> None:
    bare = simpler(RESPONSES, refusal("no"), is_pinned=True)
    assert bare is not None
    assert (bare.api, bare.efforts, bare.store) == (Api.RESPONSES, (), True)
    assert simpler(bare, refusal("no"), is_pinned=True) is None


def test_an_unexplained_500_is_held_against_the_developer_role_until_a_call_got_through() -> None:
    crash = of_status(500, "Internal Server Error", {})
    assert crash.end is End.TRANSIENT
    assert refuses(CHAT, crash, is_proven=False)
    assert not refuses(CHAT, crash, is_proven=True)
    assert not refuses(OLD_CHAT, crash, is_proven=False)
    assert not refuses(RESPONSES, crash, is_proven=False)
    assert changed(CHAT, simpler(CHAT, crash)) == {"role": "system", "cap": "max_tokens"}


@pytest.mark.parametrize(
    ("taken", "wanted", "sent"),
    [
        (tuple(Effort), "xhigh", "xhigh"),
        (("low", "medium", "high"), "xhigh", "high"),
        (("low", "medium", "high"), "none", "low"),
        (("low", "high"), "medium", "high"),
        (("none", "high"), "low", "high"),
        ((), "low", ""),
        (tuple(Effort), "", ""),
        (tuple(Effort), "own-word", "own-word"),
        ((), "own-word", ""),
    ],
)
def test_an_effort_that_is_not_taken_becomes_the_nearest_one(taken: tuple, wanted: str, sent: str) -> None:
    assert Dialect(efforts=tuple(map(Effort, taken))).effort(wanted) == sent


WORDS = st.sampled_from(
    [
        "reasoning.effort",
        "reasoning.summary",
        "'reasoning'",
        "'include'",
        "max_tokens",
        "max_completion_tokens",
        "developer",
        "system",
        "role",
        "'stream'",
        "stream_options",
        "prompt_cache_key",
        "'store'",
        "must",
        "be",
        "'low'",
        "'high'",
        "none",
        "<=",
        "4096",
        "Responses",
        "API",
        "thinking",
    ]
)
REFUSALS = st.builds(
    lambda words, code, param: refusal(" ".join(words), param, code),
    st.lists(WORDS | st.text(max_size=4), max_size=8),
    st.sampled_from([400, 404, 405, 422, 500, 501]),
    st.none() | WORDS,
)


def weight(dialect: Dialect) -> int:
    """How much a dialect asks for: whatever is left out makes it less."""
    flags = [value for value in fields(dialect).values() if value is True]
    roles = [Speaker.USER, Speaker.SYSTEM, Speaker.DEVELOPER]
    return (
        len(flags)
        + len(dialect.efforts)
        + roles.index(dialect.role)
        + (dialect.api is Api.RESPONSES)
        + (dialect.cap is Cap.NEW)
        + (dialect.most_output is None)
    )


@settings(deadline=None)
@given(st.lists(REFUSALS, min_size=MOST_STEPS, max_size=MOST_STEPS), st.booleans())
def test_whatever_is_refused_each_dialect_is_simpler_and_the_end_comes(said: list[CallEnd], is_pinned: bool) -> None:
    dialect: Dialect | None = Dialect()
    for each in said:
        before, dialect = dialect, simpler(dialect, each, is_pinned)
        if dialect is None:
            return
        assert weight(dialect) < weight(before)
    raise AssertionError("no end")


@settings(deadline=None)
@given(st.lists(REFUSALS, max_size=5))
def test_a_dialect_is_kept_as_facts(said: list[CallEnd]) -> None:
    dialect = Dialect()
    for each in said:
        dialect = simpler(dialect, each) or dialect
    assert of_facts(json.loads(json.dumps(to_facts(dialect)))) == dialect


@pytest.mark.parametrize("junk", [None, 7, "chat", [], {"api": "smoke signals"}, {"efforts": [1]}, {"stream": "yes"}])
def test_damaged_facts_are_none(junk: object) -> None:
    assert of_facts(junk) is None


def test_facts_of_another_version_are_read_as_far_as_they_are_known() -> None:
    assert of_facts({"api": "chat", "colour": "red"}) == CHAT
