import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.context.privacy.secrets import SHAPES, Needle, Redactor
from tddbot.domain import Failure, Frame

# Put together here, so that no scanner takes this file for a leak.
ALNUM = "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA2bC4dE6f"
HEX = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"
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
    "Twilio key": "SK" + HEX[:32],
    "SendGrid key": "SG." + ALNUM[:22] + "." + (ALNUM + ALNUM)[:43],
    "Mailgun key": "key-" + HEX[:32],
    "DigitalOcean token": "dop_v1_" + HEX,
    "Databricks token": "dapi" + HEX[:32],
    "Heroku key": "HRKU-" + "AA" + ALNUM,
    "Telegram token": "123456789" + ":AA" + ALNUM[:33],
    "web token": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiJzb21lYm9keSJ9." + ALNUM,
    "private key": f"{BEGIN}\n{BODY}\n{END}",
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_is_replaced_and_named(kind):
    text = f'before = 1\nkey = "{KEYS[kind]}"\nafter = 2\n'
    assert SHAPES.kinds(text) == (kind,)
    assert SHAPES.redacted(text) == f'before = 1\nkey = "[redacted: {kind}]"\nafter = 2\n'


def test_the_name_of_an_aws_secret_stays():
    assert SHAPES.redacted(f'AWS_SECRET_ACCESS_KEY = "{ALNUM}"') == 'AWS_SECRET_ACCESS_KEY = "[redacted: AWS secret]"'


@pytest.mark.parametrize("rest", ["ant-" + "api03-" + HEX, "or-" + "v1-" + HEX])
def test_keys_of_model_services_in_small_letters(rest):
    assert SHAPES.redacted(f"key={'sk-' + rest} end") == "key=[redacted: model service key] end"


@pytest.mark.parametrize(
    ("before", "key", "after", "kind"),
    [
        ("AccountName=x;AccountKey=", (ALNUM + ALNUM + ALNUM)[:86] + "==", ";Suffix=y", "Azure storage key"),
        ("DATABASE = 'postgres://app:", "k4f9Zq1L", "@db.internal:5432/app'", "database password"),
        ("postgresql+asyncpg://app:", "k4f9%21Zq1L", "@db/app", "database password"),
        ("redis://:", "k4f9Zq1L", "@cache:6379/0", "database password"),
        ('password = "', ALNUM[:20], '"\n', "password"),
        ('{"api_key": "', ALNUM[:20], '"}', "password"),
        ("SECRET_KEY: '", ALNUM[:20], "'", "password"),
    ],
)
def test_what_stands_around_a_key_stays(before, key, after, kind):
    assert SHAPES.kinds(before + key + after) == (kind,)
    assert SHAPES.redacted(before + key + after) == f"{before}[redacted: {kind}]{after}"


def test_the_private_key_in_a_service_account_of_google():
    account = json.dumps({"type": "service_account", "private_key": f"{BEGIN}\n{BODY}\n{END}\n", "id": 1})
    assert (
        SHAPES.redacted(account) == '{"type": "service_account", "private_key": "[redacted: private key]\\n", "id": 1}'
    )


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
        "postgres://user:password@localhost/db",
        "postgres://app:app@localhost/db",
        "postgres://app:{password}@localhost/db",
        "postgresql://scott:tiger@localhost/test",
        "postgres://localhost:5432/db?next=user@example.org",
        "https://user:k4f9Zq1L@example.org/",
        "password = '5d41402abc4b2a76b9719d911017c592'",
        "password = 'correct-horse-battery-staple'",
        "password = 'MyVeryOwnPassword2024'",
        "secret = 'tests/fixtures/SecretFile2.json'",
        "api_key = 'your-api-key-goes-Here-123'",
        "dapi" + "z" * 32,
        "eyJ" + "hbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
    ],
)
def test_what_is_no_key_stays(text):
    assert SHAPES.redacted(text) == text


def test_a_known_value_goes_wherever_it_stands():
    redactor = Redactor((Needle("k4f9-Zq1L-77", "value of A in .env"), Needle("hush", "value of B in .env")))
    text = "a('k4f9-Zq1L-77') hush hushed k4f9-Zq1L-77k4f9-Zq1L-77"
    assert redactor.kinds(text) == ("value of A in .env", "value of B in .env")
    a, b = "[redacted: value of A in .env]", "[redacted: value of B in .env]"
    assert redactor.redacted(text) == f"a('{a}') {b} hushed {a}{a}"
    assert redactor.kinds("hushed") == ()


@pytest.mark.parametrize(
    ("value", "is_found"), [("hunter2", True), ("k4f9Zq1L", True), ("a1b2", False), ("dragon", False)]
)
def test_a_value_within_a_word(value, is_found):
    redactor = Redactor((Needle(value, "value of A in .env"),))
    assert (value not in redactor.redacted(f"before{value}after")) is is_found
    assert value not in redactor.redacted(f"before-{value}-after")


def test_a_key_that_follows_a_value_at_once():
    redactor = Redactor((Needle("hunter2", "value of A in .env"),))
    assert redactor.redacted("hunter2" + KEYS["AWS key"]) == "[redacted: value of A in .env][redacted: AWS key]"


def test_a_value_that_a_mark_quotes_does_not_break_the_mark():
    redactor = Redactor((Needle("k4f9-Zq1L-77", "value of HUSH in .env"), Needle("HUSH", "value of B in .env")))
    assert redactor.redacted("k4f9-Zq1L-77") == "[redacted: value of HUSH in .env]"


def test_of_a_hidden_file_a_traceback_shows_neither_code_nor_variables():
    frames = (Frame("test_a.py", 1, "test", (("x", "1"),)), Frame("own.py", 2, "f", (("y", "2"),)))
    failure = Failure("call", "ValueError", "no", frames, "the code of own.py")
    found = Redactor(hidden=frozenset({"own.py"})).redacted_failure(failure)
    assert found.frames == (frames[0], Frame("own.py", 2, "f"))
    assert "code of own" not in found.text
    assert found.message == "no"
    assert Redactor(hidden=frozenset({"other.py"})).redacted_failure(failure) == failure


def test_failures_lose_their_keys_everywhere():
    key = KEYS["GitHub token"]
    failure = Failure(
        "call", "E", key, (Frame("a.py", 1, "f", (("token", repr(key)),)),), f"E {key}", key, f"not {key}"
    )
    found = SHAPES.redacted_failure(failure)
    assert key not in repr(found)
    assert found.frames[0].locals == (("token", "'[redacted: GitHub token]'"),)


NEAR = [
    "eyJ",
    "eyJa.eyJ",
    "-eyJaaaaaaaaaaaa.",
    "postgres://a:",
    "://:",
    "password = '",
    "key = '" + ALNUM,
    "SG.a",
    "key-0",
    "1:AA",
    "AccountKey=a",
    "-----BEGIN A ",
    "HRKU-",
]


@pytest.mark.parametrize(
    "part", [BEGIN, "AKIA", "sk-", "sk-a1", "xox", "xoxb-", "AIza", "pypi-AgEI", "github_pat_", *NEAR]
)
def test_text_that_begins_a_key_ten_thousand_times(part):
    """Each start looks ahead a bounded way only; without that bound, this takes minutes."""
    assert SHAPES.redacted(part * 10_000 + " end").endswith(" end")


@given(st.text(string.printable, max_size=40), st.sampled_from(sorted(KEYS)), st.text(string.printable, max_size=40))
def test_redaction_is_thorough_and_settles(before, kind, after):
    found = SHAPES.redacted(f"{before}\n{KEYS[kind]}\n{after}")
    assert KEYS[kind] not in found
    assert SHAPES.redacted(found) == found
