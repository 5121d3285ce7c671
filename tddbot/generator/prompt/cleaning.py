"""The last look at a request before it is sent: secrets in what is said to the model are taken out. Pure.

The brief has none but in names: of a test that is parametrized with a key, pytest makes the key a part of its ID.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tddbot.generator.prompt.prompt import Item, Prompt

Clean = Callable[[str], str]
"""Takes the secrets out of a text."""


def cleaned(prompt: Prompt, clean: Clean) -> Prompt:
    """Return the request without secrets; what the model itself said is replayed as it was."""
    stable = tuple(_item(item, clean) for item in prompt.stable)
    appended = tuple(_item(item, clean) for item in prompt.appended)
    is_clean = (stable, appended) == (prompt.stable, prompt.appended)
    return prompt if is_clean else replace(prompt, stable=stable, appended=appended)


def _item(item: Item, clean: Clean) -> Item:
    content = item.get("content")
    if item.get("role") != "user" or not isinstance(content, list):
        return item
    return {**item, "content": [_part(part, clean) for part in content]}


def _part(part: Any, clean: Clean) -> Any:
    return (
        {**part, "text": clean(part["text"])} if isinstance(part, dict) and isinstance(part.get("text"), str) else part
    )
