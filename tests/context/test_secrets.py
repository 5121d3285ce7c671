import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.context.secrets import SHAPES
from tddbot.domain import Failure, Frame

# Put together here, so that no scanner takes this file for a leak.
ALNUM = "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA2bC4dE6f"
BODY = "\n".join(["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"] * 6)
BEGIN, END = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
KEYS = {
    "AWS key": "AKIA" + "IOSFODNN7QWERTYU",
    "GitHub token": "ghp_" + ALNUM[:36],
    "GitLab token": "glpat-" + ALNUM[:20],
    "model service key": "sk-" + "proj-" + ALNUM,
    "Slack token": "xoxb-" + "123456789012-abcdefABCDEF",
    "Slack webhook": "hooks.slack.com/" + "services/T0001/B0001/" + ALNUM[:24],
    "Google key": "AIza" + ALNUM[:35],
    "Stripe key": "sk_live_" + ALNUM[:24],
    "PyPI token": "pypi-" + "AgEI" + ALNUM + ALNUM,
    "npm token": "npm_" + ALNUM[:36],
    "Hugging Face token": "hf_" + ALNUM[:34],
    "private key": f"{BEGIN}\n{BODY}\n{END}",
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_is_replaced_and_named(kind):
    text = f'before = 1\nkey = "{KEYS[kind]}"\nafter = 2\n'
    assert SHAPES.kinds(text) == (kind,)
    assert SHAPES.redacted(text) == f'before = 1\nkey = "[redacted: {kind}]"\nafter = 2\n'


def test_the_name_of_an_aws_secret_stays():
    assert SHAPES.redacted(f'AWS_SECRET_ACCESS_KEY = "{ALNUM}"') == 'AWS_SECRET_ACCESS_KEY = "[redacted: AWS secret]"'


def test_a_private_key_as_a_python_string_or_cut_off():
    assert SHAPES.redacted(repr(f"{BEGIN}\n{BODY}\n{END}")) == "'[redacted: private key]'"
    assert BODY[:30] not in SHAPES.redacted(f"key = {BEGIN}\n{BODY}"[:300])
    two = f"{BEGIN}\n{BODY}\n{END}\nmiddle()\n{BEGIN}\n{BODY}\n{END}\n"
    assert SHAPES.redacted(two) == "[redacted: private key]\nmiddle()\n[redacted: private key]\n"


@pytest.mark.parametrize(
    "text",
    [
        "5d41402abc4b2a76b9719d911017c592",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "task-management-and-more-things-1A",
        "sk-estimator-doc-link",
        "sk-container-id-1",
        f'BEGIN = "{BEGIN}"\nif line.startswith(BEGIN): return parse(line)\n',
        "ghp_short",
        "AKIAlowercase0000000",
        "AKIA" + "IOSFODNN7EXAMPLE",  # of Amazon's own documentation
        "secret_key = 'not amazon'",
    ],
)
def test_what_is_no_key_stays(text):
    assert SHAPES.redacted(text) == text


def test_failures_lose_their_keys_everywhere():
    key = KEYS["GitHub token"]
    failure = Failure(
        "call", "E", key, (Frame("a.py", 1, "f", (("token", repr(key)),)),), f"E {key}", key, f"not {key}"
    )
    found = SHAPES.redacted_failure(failure)
    assert key not in repr(found)
    assert found.frames[0].locals == (("token", "'[redacted: GitHub token]'"),)


@pytest.mark.parametrize("part", [BEGIN, "AKIA", "sk-", "sk-a1", "xox", "xoxb-", "AIza", "pypi-AgEI", "github_pat_"])
def test_text_that_begins_a_key_ten_thousand_times(part):
    """Each start looks ahead a bounded way only; without that bound, this takes minutes."""
    assert SHAPES.redacted(part * 10_000 + " end").endswith(" end")


@given(st.text(string.printable, max_size=40), st.sampled_from(sorted(KEYS)), st.text(string.printable, max_size=40))
def test_redaction_is_thorough_and_settles(before, kind, after):
    found = SHAPES.redacted(f"{before}\n{KEYS[kind]}\n{after}")
    assert KEYS[kind] not in found
    assert SHAPES.redacted(found) == found
