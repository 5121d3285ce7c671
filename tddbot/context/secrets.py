"""Keys of well-known shapes are taken out of what a generator may see. A hash or a published example is no key."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tddbot.domain import Failure


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of key: `marks` are literals of which a text must hold one before the dearer `pattern` is tried.

    Where the pattern has a group, that is the name in front of the key, and stays.
    """

    kind: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


_KEY_BODY = r"[A-Za-z0-9+/=,:.\s\\\"'-]"

DETECTORS: Sequence[Detector] = (
    Detector(
        "private key",
        ("PRIVATE KEY-----", "PRIVATE KEY BLOCK-----"),
        re.compile(
            r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?=[^<>(){}]{0,400}?[A-Za-z0-9+/=]{32})"
            rf"(?:{_KEY_BODY}{{0,20000}}?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|{_KEY_BODY}{{0,20000}})"
        ),
    ),
    Detector("AWS key", ("AKIA", "ASIA"), re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b(?<!EXAMPLE)")),
    Detector(
        "AWS secret",
        ("secret", "SECRET", "Secret"),
        re.compile(
            r"(?i)(aws_?secret_?(?:access_?)?key[\"']?\s*[:=]\s*[\"']?)[A-Za-z0-9/+=]{40}(?![\w/+=])(?<!EXAMPLEKEY)"
        ),
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
        re.compile(r"\bsk-(?=[\w-]{0,99}\d)(?=[\w-]{0,99}[A-Z])(?=[\w-]{0,99}[a-z])[A-Za-z0-9][\w-]{19,}"),
    ),
    Detector("Slack token", ("xox",), re.compile(r"\bxox[abeoprs]-(?=[\w-]{0,99}\d)[A-Za-z0-9-]{10,}")),
    Detector("Slack webhook", ("hooks.slack.com/",), re.compile(r"hooks\.slack\.com/services/T\w+/B\w+/\w{16,}")),
    Detector("Google key", ("AIza", "ya29."), re.compile(r"\bAIza[\w-]{35}|\bya29\.[\w-]{30,}")),
    Detector("Stripe key", ("k_live_",), re.compile(r"\b[rs]k_live_[A-Za-z0-9]{16,}")),
    Detector("PyPI token", ("pypi-AgEI",), re.compile(r"\bpypi-AgEI[\w-]{50,}")),
    Detector("npm token", ("npm_",), re.compile(r"\bnpm_[A-Za-z0-9]{36,}")),
    Detector("Hugging Face token", ("hf_",), re.compile(r"\bhf_[A-Za-z0-9]{34,}\b")),
)


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes keys of well-known shapes out of text."""

    def kinds(self, text: str) -> tuple[str, ...]:
        """Return the kinds of keys that `text` holds."""
        return tuple(found.kind for found in DETECTORS if _may_hold(found, text) and found.pattern.search(text))

    def redacted(self, text: str) -> str:
        """Return `text` with every key replaced by `[redacted: kind]`."""
        for detector in DETECTORS:
            if _may_hold(detector, text):
                text = detector.pattern.sub(_replacement(detector), text)
        return text

    def redacted_failure(self, failure: Failure) -> Failure:
        """Return the failure with the keys taken out of its message, text, comparison and local variables."""
        return replace(
            failure,
            message=self.redacted(failure.message),
            frames=tuple(
                replace(frame, locals=tuple((name, self.redacted(value)) for name, value in frame.locals))
                for frame in failure.frames
            ),
            text=self.redacted(failure.text),
            expected=None if failure.expected is None else self.redacted(failure.expected),
            actual=None if failure.actual is None else self.redacted(failure.actual),
        )


SHAPES = Redactor()
"""Knows keys by their shape alone."""


def _replacement(detector: Detector) -> str:
    return (r"\1" if detector.pattern.groups else "") + f"[redacted: {detector.kind}]"


def _may_hold(detector: Detector, text: str) -> bool:
    return any(mark in text for mark in detector.marks)
