"""The part of docs/guard.md that is made from the table of rules."""

from collections.abc import Iterator

from tddbot.judge.guard.rule import Rule
from tddbot.judge.guard.rules import GROUPS


def document() -> str:
    """Return a section for each rule, under the headings of their groups, as Markdown."""
    return "\n".join(line for title, rules in GROUPS for line in _group(title, rules))


def _group(title: str, rules: tuple[Rule, ...]) -> Iterator[str]:
    yield f"## {title}\n"
    for rule in rules:
        yield f"### {rule.code} {rule.name}\n"
        yield f"{rule.why} {_force(rule)}\n"
        yield from _examples(rule)


def _force(rule: Rule) -> str:
    if rule.is_warning:
        return "A warning; an objection when `strict` is set."
    return "An objection." if rule.is_allowable else "An objection that cannot be allowed."


def _examples(rule: Rule) -> Iterator[str]:
    if not rule.is_python:
        yield f"Refused: {rule.bad}. Fine: {rule.good}.\n"
        return
    if rule.test:
        yield f"With this test\n\n```python\n{rule.test}```\n"
    yield f"{'Warned of' if rule.is_warning else 'Refused'}:\n\n```python\n{rule.bad}```\n"
    yield f"Fine:\n\n```python\n{rule.good}```\n"
