"""JSON as a server writes it to values, which are never so deep that working on them could exhaust the stack. Pure."""

import json
from typing import Any

DEEPEST = 60
"""Levels of arrays and objects that are kept; nothing that either API speaks of has more than a dozen."""


def value_of(text: str) -> Any:
    """Return the value, with null for all that lies deeper. Raise ValueError or RecursionError where there is none."""
    return _cut(json.loads(text), DEEPEST)


def _cut(value: Any, levels: int) -> Any:
    if not isinstance(value, dict | list):
        return value
    if not levels:
        return None
    if isinstance(value, list):
        return [_cut(each, levels - 1) for each in value]
    return {name: _cut(each, levels - 1) for name, each in value.items()}
