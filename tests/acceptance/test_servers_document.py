"""docs/servers.md and README: what they tell a person to write is taken, and is the same in both."""

import re
from pathlib import Path

import pytest

from tddbot.config import parse

_ROOT = Path(__file__).parents[2]
_TEXT = (_ROOT / "docs" / "servers.md").read_text()


def blocks(text: str) -> list[str]:
    return re.findall(r"^```toml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def lines_of_servers(text: str) -> list[list[str]]:
    """The lines of each block that names a server, without its heading."""
    return [block.splitlines()[1:] for block in blocks(text) if "base_url" in block]


@pytest.mark.parametrize("block", blocks(_TEXT))
def test_every_block_is_a_configuration(block: str) -> None:
    settings = parse(block).model
    assert settings.prices or settings.base_url


def test_each_server_has_its_four_lines_and_readme_has_the_same() -> None:
    servers = lines_of_servers(_TEXT)
    assert [[line.partition(" =")[0] for line in lines] for lines in servers] == [
        ["base_url", "api_key_env", "small", "large"]
    ] * 6
    assert lines_of_servers((_ROOT / "README.md").read_text()) == servers


def test_every_setting_in_the_text_is_one() -> None:
    for line in re.findall(r"`((?:api|context_tokens) = [^`]+)`", _TEXT):
        parse(f"[tool.tddbot.model]\n{line}\n")
