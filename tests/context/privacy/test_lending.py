import pytest

from tddbot.context.code.files import LARGEST
from tddbot.context.privacy.lending import lend
from tddbot.context.privacy.secrets import SHAPES, Needle, Redactor
from tddbot.domain import Brief, Excerpt, Patch, Role, Target
from tddbot.generator.answers.answer import parse
from tests.context.privacy.test_secrets import KEYS

KEY = KEYS["AWS key"]
CONTENTS = {
    "shop/price.py": b"x = 1\n",
    "shop/latin.py": b"# coding: latin-1\nx = '\xe4'\n",
    "shop/key.py": f"KEY = '{KEY}'\n".encode(),
    "shop/value.py": b"x = 'hunter2'\n",
    "shop/large.py": b"#" * (LARGEST + 1),
    "shop/image.png": b"\x89PNG\0",
    "shop/own.py": b"x = 1\n",
    "shop/guarded.py": b"x = 1\n",
    "tests/test_key.py": f"KEY = '{KEY}'\n".encode(),
    "tests/conftest.py": b"",
    "pyproject.toml": b"[project]\n",
    "data/table.json": b"{}\n",
    ".env": b"A=b\n",
    "unlisted.py": b"x = 1\n",
}
FILES = frozenset(CONTENTS) - {"unlisted.py"} | {"gone.py"}
REDACTOR = Redactor((Needle("hunter2", "value of A in .env"),), frozenset({"shop/own.py"}))


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("shop/price.py", Role.SOURCE),
        ("data/table.json", Role.SOURCE),
        ("tests/conftest.py", Role.CONFTEST),
        ("pyproject.toml", Role.TEST),
        ("shop/guarded.py", Role.TEST),
    ],
)
def test_what_is_lent(path, role):
    found = lend(path, FILES, CONTENTS.get, REDACTOR, ["shop/guarded.py"])
    assert found == Excerpt(path, CONTENTS[path].decode(), role)


def test_the_encoding_is_kept():
    assert lend("shop/latin.py", FILES, CONTENTS.get) == Excerpt(
        "shop/latin.py", "# coding: latin-1\nx = 'ä'\n", Role.SOURCE, "iso-8859-1"
    )


def test_a_test_is_lent_without_its_key():
    found = lend("tests/test_key.py", FILES, CONTENTS.get)
    assert found == Excerpt("tests/test_key.py", "KEY = '[redacted: AWS key]'\n", Role.TEST)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../outside.py", "the path leaves the repository or is not normal"),
        ("/etc/passwd", "the path is not a relative POSIX path"),
        (".git/config", "the repository has no such file"),
        (".env", "it is a file of secrets"),
        ("shop/own.py", "the user keeps it from models"),
        ("unlisted.py", "the repository has no such file"),
        ("gone.py", "it cannot be read"),
        ("shop/large.py", f"it has {LARGEST + 1:,} bytes, and at most {LARGEST:,} are lent"),
        ("shop/image.png", "it is no text"),
        ("shop/key.py", "it seems to hold a secret (AWS key)"),
        ("shop/value.py", "it seems to hold a secret (value of A in .env)"),
    ],
)
def test_what_is_not_lent_and_why(path, reason):
    assert lend(path, FILES, CONTENTS.get, REDACTOR) == reason


@pytest.mark.parametrize(
    ("path", "may"), [("shop/price.py", True), ("pyproject.toml", False), ("shop/guarded.py", False)]
)
def test_only_a_lent_source_may_be_changed(path, may):
    protected = ("shop/guarded.py",)
    excerpt = lend(path, FILES, CONTENTS.get, SHAPES, protected)
    assert isinstance(excerpt, Excerpt)
    brief = Brief(Target("a cause", ()), (excerpt,))
    answer = parse(f"Because.\n\n{path}\n```\nx = 2\n```\n", brief, CONTENTS.get, protected)
    assert isinstance(answer.outcome, Patch) is may
