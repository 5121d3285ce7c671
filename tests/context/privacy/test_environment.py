import base64
import json
import os
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.context.privacy.environment import Assignment, assignments, env_files, keys_of, redactor_of, worth_hiding
from tddbot.context.privacy.secrets import SHAPES
from tests.context.privacy.test_secrets import KEYS

RANDOM = "aB3dE5gH" + "7jK9mN1p"
ODD = 'k4"f9/Zq+1L' + "'ü\\"


def reader(files: dict[str, str | bytes]):
    def read(path: str) -> bytes | None:
        content = files.get(path)
        return content.encode() if isinstance(content, str) else content

    return read


def redacted(files: dict[str, str | bytes], text: str, listed=(), environ=None, key_names=()) -> str:
    return redactor_of((*listed, "a.py"), reader(files), environ, key_names).redacted(text)


class TestAssignments:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("A=b c", "b c"),
            ("A = b", "b"),
            ("export A=b", "b"),
            ("\texport\tA=b", "b"),
            ("A: b", "b"),
            ("A=", ""),
            ("A=\nB=c", ""),
            ("A=b # comment", "b"),
            ("A=b#c", "b#c"),
            ("A=#c", ""),
            ("A='b # c' # d", "b # c"),
            ('A="b\\"c\\n"', 'b"c\n'),
            ("A='b\\n'", "b\\n"),
            ("A=`b'c`", "b'c"),
            ('A="b\nc"\nB=d', "b\nc"),
            ("A='b\r\nc'\r\nB=d", "b\nc"),
            ("A=b\r\nB=d", "b"),
            ('A="b\nB=c', "b"),
            ('A="', ""),
            ("A=$B${C}", "$B${C}"),
            ("\n# comment\nnonsense\nif true; then\nA=b", "b"),
            ("a.b-c=d", "d"),
        ],
    )
    def test_the_first(self, text, value):
        assert next(assignments(text)).value == value

    def test_those_after_it(self):
        text = "A='x\ny' # z\nB=\nexport C=\"d\" ; echo\n=e\nF=g"
        assert [(found.name, found.value) for found in assignments(text)] == [
            ("A", "x\ny"),
            ("B", ""),
            ("C", "d"),
            ("F", "g"),
        ]

    @given(st.text("A=\"'`\\\n\r# xé", max_size=60))
    def test_no_text_is_too_odd(self, text):
        for found in assignments(text):
            assert found.name

    @pytest.mark.parametrize("part", ['A="', "A='\n", 'A="\\', "A=", "export ", "A=#", '"'])
    def test_what_begins_a_value_ten_thousand_times(self, part):
        assert len(list(assignments(part * 10_000))) <= 10_000


class TestWorthHiding:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DB_PASSWORD", "hunter2"),
            ("PASS", "abcd"),
            ("API_KEY_2", "dragon"),
            ("apiKey", "dragon"),
            ("SECRET", "123456"),
            ("GITHUB_TOKEN_CI", "x1y2z3"),
            ("SENTRY_DSN", "not-a-url"),
            ("SOMETHING", RANDOM),
            ("ID", "5d41402abc4b2a76b9719d911017c592"),
            ("SALT", "0f8fad5b-d9cb-469f-a165-70867728950e"),
            ("WEBHOOK", f"https://example.org/hooks/{RANDOM}"),
        ],
    )
    def test_it_is(self, name, value):
        assert worth_hiding(Assignment(name, value)) == (value,)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DEBUG", "true"),
            ("SECRET", ""),
            ("SECRET", "abc"),
            ("SECRET", "changeme"),
            ("PASSWORD", "password"),
            ("PASSWORD", "postgres"),
            ("API_KEY", "<your key>"),
            ("API_KEY", "your-api-key"),
            ("API_KEY", "${OTHER}"),
            ("TOKEN_SECONDS", "3600"),
            ("KEY", "-1.5"),
            ("AUTH_BACKEND", "ldap"),
            ("PASSWORD_HASHER", "django.contrib.auth"),
            ("AUTH_URL", "https://auth.example.org/login"),
            ("SSH_KEY", "~/.ssh/id_rsa"),
            ("SIGNING_KEY", "./keys/dev.pub"),
            ("SIGNING_KEY", "keys"),
            ("AUTHOR", "Ada Lovelace"),
            ("HOST", "db-1.internal.example.org"),
            ("LEVEL", "WARNING"),
            ("PORT", "5432"),
            ("DATE", "2024-01-31T12:00:00"),
            ("ZONE", "eu-central-1"),
            ("MODEL", "gpt-4o-mini-2024"),
            ("NAME", "MyVeryOwnApplication2"),
            ("MODULE", "shop.settings.production"),
            ("URL", "postgres://localhost:5432/shop"),
            ("URL", "postgres://app:password@localhost/shop"),
            ("SENTENCE", "a few words of a text"),
            ("FILE", "/var/lib/thing/data.sqlite3"),
        ],
    )
    def test_it_is_not(self, name, value):
        assert worth_hiding(Assignment(name, value), {"keys", "keys/dev.pub"}) == ()

    def test_of_a_url_the_password_too(self):
        url = "postgres://app:k4f9Zq1L@db/shop"
        assert worth_hiding(Assignment("DATABASE", url)) == (url, "k4f9Zq1L")
        assert worth_hiding(Assignment("BROKEN", "http://[x:k4f9Zq1L@y")) == ()

    def test_of_several_lines_each_long_one(self):
        body = "MIIEvQIBADANBgkqhkiG9w0B"
        key = f"-----BEGIN X-----\n{body}\nshort\n{body}2\n-----END X-----"
        assert worth_hiding(Assignment("KEY", key)) == (key, body, f"{body}2")


class TestRedactor:
    @pytest.mark.parametrize(
        "path", [".env", ".envrc", ".env.production", "service/.env", "a/.envrc", "a/b/.env.local"]
    )
    def test_files_that_git_does_not_list(self, path):
        found = redacted({path: f"A={RANDOM}"}, f"x = '{RANDOM}'", ["service/x.py", "a/b/c/x.py"])
        assert found == f"x = '[redacted: value of A in {path}]'"

    def test_other_names_where_git_lists_them(self):
        assert RANDOM not in redacted({"x/.env.odd": f"A={RANDOM}"}, RANDOM, ["x/.env.odd"])
        assert RANDOM in redacted({"x/.env.odd": f"A={RANDOM}"}, RANDOM)

    @pytest.mark.parametrize(
        "path", [".env.example", ".env.sample", ".env.template", ".env.dist", "env.py", ".environ"]
    )
    def test_examples_hold_no_secrets(self, path):
        assert redacted({path: f"A={RANDOM}"}, RANDOM, [path]) == RANDOM
        assert env_files([path], lambda path: b"") == tuple(sorted(env_files([], lambda path: b"")))

    @pytest.mark.parametrize(
        "form",
        [
            ODD,
            repr(ODD)[1:-1],
            json.dumps(ODD),
            json.dumps({"a": ODD}, ensure_ascii=False),
            quote(ODD),
            quote(ODD, safe=""),
            base64.b64encode(ODD.encode()).decode(),
            base64.urlsafe_b64encode(b"user:" + ODD.encode()).decode(),
            "Basic " + base64.b64encode(b"somebody:" + ODD.encode() + b":more").decode(),
        ],
    )
    def test_every_form_of_a_value(self, form):
        found = redacted(
            {".env": f'A_TOKEN="{ODD.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"'}, form
        )
        assert "[redacted: value of A_TOKEN in .env]" in found
        assert len(found.replace("[redacted: value of A_TOKEN in .env]", "")) < 30

    def test_what_pytest_cuts_in_the_middle(self):
        value = "".join(chr(97 + number * 7 % 26) + str(number % 10) for number in range(200))
        cut = f"{value[:110]}...{value[-110:]}"
        found = redacted({".env": f"A={value}"}, cut)
        assert value[:64] not in found
        assert value[-64:] not in found

    def test_a_hash_stays_unless_it_is_such_a_value(self):
        digest = "5d41402abc4b2a76b9719d911017c592"
        assert redacted({".env": "A=b"}, digest) == digest
        assert redacted({".env": f"A={digest}"}, digest) == "[redacted: value of A in .env]"

    def test_the_users_own_environment(self):
        key = "plain-words-as-a-key"
        environ = {"MODEL_ACCESS": key, "GITHUB_TOKEN": "hunter2", "EDITOR": RANDOM, "HOME_KEY": "/home/somebody"}
        text = f"{key} hunter2 {RANDOM} /home/somebody"
        expected = (
            "[redacted: value of MODEL_ACCESS in the environment] [redacted: value of GITHUB_TOKEN in the environment] "
            f"{RANDOM} /home/somebody"
        )
        assert keys_of(environ, ("MODEL_ACCESS",)) == {"MODEL_ACCESS": key, "GITHUB_TOKEN": "hunter2"}
        assert redacted({}, text, environ=environ, key_names=("MODEL_ACCESS",)) == expected

    def test_a_key_that_is_in_a_file_too_is_named_by_the_environment(self):
        found = redacted({".env": f"A_KEY={RANDOM}"}, RANDOM, environ={"B_KEY": RANDOM})
        assert found == "[redacted: value of B_KEY in the environment]"

    def test_shapes_are_still_known_and_nothing_is_loaded(self, monkeypatch):
        monkeypatch.delenv("A_TOKEN", raising=False)
        redactor = redactor_of([], reader({".env": f"A_TOKEN={RANDOM}"}))
        assert redactor.redacted(KEYS["AWS key"]) == "[redacted: AWS key]"
        assert "A_TOKEN" not in os.environ
        assert redactor_of([], lambda path: None) == SHAPES

    def test_hidden_files_are_hidden(self):
        redactor = redactor_of(("own.py", "a.py"), reader({".aiexclude": "own.py\n"}))
        assert redactor.hides("own.py")
        assert not redactor.hides("a.py")

    @pytest.mark.parametrize(
        "data", [b"", b"\xff\xfeA=b", b"A_KEY=\xe4bcdef\n", b"\xef\xbb\xbfA_KEY=abcdef", b"\0" * 100]
    )
    def test_files_of_any_bytes(self, data):
        redactor_of([], reader({".env": data}))

    def test_a_byte_order_mark_is_no_part_of_the_name(self):
        assert redacted({".env": b"\xef\xbb\xbfA_KEY=abcdef"}, "abcdef") == "[redacted: value of A_KEY in .env]"

    @given(st.dictionaries(st.sampled_from(["A", "B_KEY", "C_PASS"]), st.text(min_size=1, max_size=20)))
    def test_redaction_settles_and_holds_no_value(self, values):
        files = {".env": "".join(f"{name}={json.dumps(value)}\n" for name, value in values.items())}
        redactor = redactor_of([], reader(files))
        found = redactor.redacted(" ".join(values.values()) + " end")
        assert redactor.redacted(found) == found or any(needle.text in found for needle in redactor.needles)
        for needle in redactor.needles:
            assert needle.text not in found or len(needle.text) < 8 or needle.text in needle.kind
