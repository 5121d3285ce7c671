"""docs/security.md names the test of each claim: what it names has to exist."""

import re
from pathlib import Path

TOP = Path(__file__).parents[1]
DOCUMENT = (TOP / "docs" / "security.md").read_text(encoding="utf-8")
SOURCES = {path: path.read_text(encoding="utf-8") for path in (TOP / "tests").rglob("*.py")}


def test_every_test_that_the_document_names_exists() -> None:
    defined = {name for text in SOURCES.values() for name in re.findall(r"^\s*def (\w+)", text, re.MULTILINE)}
    named = re.findall(r"`((?:test(?!_seconds)|forge)_\w+?)(…?)`", DOCUMENT)
    assert len(named) > 50
    missing = [
        name for name, more in named if not any(each.startswith(name) if more else each == name for each in defined)
    ]
    assert missing == []


def test_every_file_that_the_document_names_exists() -> None:
    named = set(re.findall(r"`([\w/]+\.(?:py|md|toml))`", DOCUMENT))
    files = [str(path.relative_to(TOP)) for path in TOP.rglob("*") if path.suffix in (".py", ".md", ".toml")]
    assert [name for name in sorted(named) if not any(f"/{path}".endswith(f"/{name}") for path in files)] == []
