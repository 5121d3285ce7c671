"""docs/servers.md: what it tells a person to write is taken."""

import re
from pathlib import Path

import pytest

from tddbot.config import parse

_TEXT = (Path(__file__).parents[2] / "docs" / "servers.md").read_text()
_BLOCKS = re.findall(r"^```toml\n(.*?)^```$", _TEXT, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", _BLOCKS)
def test_every_block_is_a_configuration(block: str) -> None:
    settings = parse(block).model
    assert settings.prices or settings.base_url


def test_each_server_has_its_four_lines() -> None:
    lines = [[line.partition(" =")[0] for line in block.splitlines()[1:]] for block in _BLOCKS if "base_url" in block]
    assert lines == [["base_url", "api_key_env", "small", "large"]] * 6


def test_every_setting_in_the_text_is_one() -> None:
    for line in re.findall(r"`((?:api|context_tokens) = [^`]+)`", _TEXT):
        parse(f"[tool.tddbot.model]\n{line}\n")
