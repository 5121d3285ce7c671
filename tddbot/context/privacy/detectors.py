"""What keys of well-known services look like. A hash, a published example or a placeholder is no key."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of key: `marks` are literals of which a text must hold one before the dearer `pattern` is tried.

    Where the pattern has a group, that is the name in front of the key, and stays. `sure` has the last word on a match.
    """

    kind: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]
    sure: Callable[[re.Match[str]], bool] = lambda found: True  # noqa: ARG005

    def finds(self, text: str) -> bool:
        """Whether `text` holds such a key."""
        return self._may_find(text) and any(self.sure(found) for found in self.pattern.finditer(text))

    def redacted(self, text: str) -> str:
        """Return `text` with every such key replaced by `[redacted: kind]`."""
        return self.pattern.sub(self._replacement, text) if self._may_find(text) else text

    def _may_find(self, text: str) -> bool:
        return any(mark in text for mark in self.marks)

    def _replacement(self, found: re.Match[str]) -> str:
        if not self.sure(found):
            return found[0]
        return (found[1] if self.pattern.groups else "") + f"[redacted: {self.kind}]"


def looks_random(value: str) -> bool:
    """Whether 8 characters or more are jumbled as no name, word, date or version is.

    What counts is how long the pieces of one sort are on the average (a word with its capital, small letters,
    capitals, digits): 1 to 2 in what a generator of keys makes, 3 and more in what people write. Hexadecimal digits
    may come in longer ones, as they do in a UUID.
    """
    if len(value) < 8 or re.search(r"\s", value):
        return False
    plain = re.sub(r"[^A-Za-z0-9]", "", value)
    pieces = re.findall(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+", plain)
    if len(plain) < 0.75 * len(value) or len(pieces) < 5:
        return False
    longest = 4 if re.fullmatch(r"[0-9a-fA-F]{16,}", plain) else 2.5
    return (
        len(plain) / len(pieces) <= longest
        and any(piece.isdigit() for piece in pieces)
        and any(not piece.isdigit() for piece in pieces)
    )


def _follows(found: re.Match[str], before: re.Pattern[str]) -> bool:
    """Whether what stands right before the match ends as `before` says. To look back is ten times as fast."""
    return before.search(found.string[max(found.start() - 40, 0) : found.start()]) is not None


def _is_dense(value: str) -> bool:
    """Whether the value has small letters, capitals and digits, and at least 3.5 bits a character.

    A hash in hexadecimal digits has at most 4 bits and one case, so it never passes.
    """
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]")
    return all(re.search(kind, value) for kind in kinds) and looks_random(value) and _bits(value) >= 3.5


def _bits(value: str) -> float:
    """Return Shannon's entropy of the characters, in bits each."""
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())


_KEY_BODY = r"[A-Za-z0-9+/=,:.\s\\\"'-]"
_DATABASE = re.compile(
    r"(?i)\b(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|mssql|oracle|cockroachdb|clickhouse|snowflake|"
    r"redshift)(?:\+\w{1,20})?$"
)
_NAME = re.compile(
    r"(?i)(?:passw(?:or)?d|passphrase|secret|(?:api|secret|access)_?key|(?:auth|access)_?token)[\"']?\s*$"
)
_PLACEHOLDERS = (
    r"\w{0,12}(?:pass|pw)(?:word|wd|d)?\d{0,3}|\w{0,8}secret|x+|\*+|\.+|tests?|testing|tiger|postgres|mysql|root|admin|"
    r"guest|example|changeme|redacted|foo|bar|baz|abc|123\d*|user|default|rabbit(?:mq)?|token|key"
)
"""What stands for a password in documentation and in tests."""

DETECTORS: Sequence[Detector] = (
    Detector(
        "private key",
        ("PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"),
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?=[^<>(){}]{0,400}?[A-Za-z0-9+/=]{32})"
            rf"(?:{_KEY_BODY}{{0,20000}}?-----END [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?-----|{_KEY_BODY}{{0,20000}})"
        ),
    ),
    Detector("AWS key", ("AKIA", "ASIA"), re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b(?<!EXAMPLE)")),
    Detector(
        "AWS secret",
        ("secret", "SECRET", "Secret"),
        re.compile(
            r"(?i)(aws_?secret_?(?:access_?)?key[\"']?\s{0,9}[:=]\s{0,9}[\"']?)[A-Za-z0-9/+=]{40}(?![\w/+=])"
            r"(?<!EXAMPLEKEY)"
        ),
    ),
    Detector(
        "Azure storage key",
        ("AccountKey=", "SharedAccessKey="),
        re.compile(r"\b((?:Account|SharedAccess)Key=)(?:[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)"),
    ),
    Detector(
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})"),
    ),
    Detector("GitLab token", ("glpat-",), re.compile(r"\bglpat-[\w-]{20,}")),
    Detector(
        "model service key",
        ("sk-",),
        re.compile(
            r"\bsk-(?:or-v1-[0-9a-f]{32,}|ant-[a-z]{2,9}\d\d-[\w-]{20,}|"
            r"(?=[\w-]{0,99}\d)(?=[\w-]{0,99}[A-Z])(?=[\w-]{0,99}[a-z])[A-Za-z0-9][\w-]{19,})"
        ),
    ),
    Detector("Slack token", ("xox",), re.compile(r"\bxox[abeoprs]-(?=[\w-]{0,99}\d)[A-Za-z0-9-]{10,}")),
    Detector("Slack webhook", ("hooks.slack.com/",), re.compile(r"hooks\.slack\.com/services/T\w+/B\w+/\w{16,}")),
    Detector("Google key", ("AIza", "ya29."), re.compile(r"\bAIza[\w-]{35}|\bya29\.[\w-]{30,}")),
    Detector("Stripe key", ("k_live_",), re.compile(r"\b[rs]k_live_[A-Za-z0-9]{16,}")),
    Detector("PyPI token", ("pypi-AgEI",), re.compile(r"\bpypi-AgEI[\w-]{50,}")),
    Detector("npm token", ("npm_",), re.compile(r"\bnpm_[A-Za-z0-9]{36,}")),
    Detector("Hugging Face token", ("hf_",), re.compile(r"\bhf_[A-Za-z0-9]{34,}\b")),
    Detector("Twilio key", ("SK",), re.compile(r"\bSK(?=[a-f]{0,31}[0-9])[0-9a-f]{32}\b")),
    Detector("SendGrid key", ("SG.",), re.compile(r"\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])")),
    Detector("Mailgun key", ("key-",), re.compile(r"(?<![\w-])key-[0-9a-f]{32}\b")),
    Detector("DigitalOcean token", ("_v1_",), re.compile(r"\bdo[opr]_v1_[0-9a-f]{64}\b")),
    Detector("Databricks token", ("dapi",), re.compile(r"\bdapi[0-9a-f]{32}\b")),
    Detector("Heroku key", ("HRKU-",), re.compile(r"\bHRKU-[\w-]{36,}")),
    Detector("Telegram token", (":AA",), re.compile(r"\b[0-9]{8,10}:AA[\w-]{33}(?![\w-])")),
    Detector(
        "web token",
        ("eyJ",),
        # Not the one of jwt.io, which half of all documentation quotes.
        re.compile(r"(?<![\w-])eyJ[\w-]{10,}\.(?!eyJzdWIiOiIxMjM0NTY3ODkwI)eyJ[\w-]{10,}\.[\w-]{20,}"),
    ),
    Detector(
        "database password",
        ("://",),
        re.compile(
            rf"(://(?P<user>[\w.%+-]{{0,64}}):)(?!(?i:{_PLACEHOLDERS}|(?P=user))@)"
            r"[^\s@/:'\"<>{}$`\\()]{4,200}(?=@[\w.\[-])"
        ),
        lambda found: _follows(found, _DATABASE),
    ),
    Detector(
        "password",
        (":", "="),
        re.compile(r"([:=]\s{0,3}[bru]?[\"'])[^\s\"'\\]{16,200}(?=[\"'])"),
        lambda found: _follows(found, _NAME) and _is_dense(found[0][len(found[1]) :]),
    ),
)
