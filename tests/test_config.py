import os
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot import config
from tddbot.budget import Budget
from tddbot.errors import ExitCode, UsageError


def refused(text: str) -> tuple[str, str]:
    with pytest.raises(UsageError) as caught:
        config.parse(text)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value.message, caught.value.hint


def test_without_a_file_or_a_table_the_defaults_hold(tmp_path: Path):
    assert config.load(tmp_path) == config.Config()
    for text in ("", "[project]\nname = 'x'\n", "[tool.ruff]\n", "tool = 3\n", "[tool.tddbot]\n"):
        (tmp_path / "pyproject.toml").write_text(text)
        assert config.load(tmp_path) == config.Config()


def test_the_default_budget_is_the_one_of_the_design():
    assert config.Config().budget.limits() == Budget()
    assert config.Config().budget.daily() == 20


def test_the_limit_of_a_day_can_be_changed_and_taken_away():
    assert config.parse("[tool.tddbot.budget]\nusd_per_day = 0.1\n").budget.daily() == Decimal("0.1")
    assert config.parse('[tool.tddbot.budget]\nusd_per_day = "unlimited"\n').budget.daily() is None
    assert "usd_per_day" in refused("[tool.tddbot.budget]\nusd_per_day = -1\n")[0]


def test_a_price_that_would_let_a_sum_go_down_is_refused_with_its_line():
    message, _ = refused("[tool.tddbot.model]\nsmall = 'm'\nprices = { m = [1, 0.1, -2] }\n")
    assert message.startswith("pyproject.toml:")
    assert "the price of 'm' must be numbers from 0" in message


def test_every_stage_has_its_table(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text(
        """
        [tool.tddbot]
        python = ".venv/bin/python"
        runner.test_seconds = 5
        judge = { protected = ["migrations/*"] }
        [tool.tddbot.model]
        prices = { tiny = [0.1, 0.01, 1] }
        [tool.tddbot.watch]
        debounce_seconds = 0.5
        [tool.tddbot.budget]
        usd = 0.1
        tokens = 1000
        calls = "unlimited"
        seconds = "unlimited"
        """
    )
    found = config.load(tmp_path)
    assert found.python == ".venv/bin/python"
    assert found.runner.test_seconds == 5.0
    assert found.judge.protected == ("migrations/*",)
    assert found.model.prices == {"tiny": (Decimal("0.1"), Decimal("0.01"), Decimal(1))}
    assert found.watch.debounce_seconds == 0.5
    assert found.budget.limits() == Budget(usd=Decimal("0.1"), tokens=1000, calls=None, seconds=None)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "[tool.tddbot.runner]\n# a comment\ntimout = 3\n",
            "pyproject.toml:3: [tool.tddbot.runner] has no setting 'timout'",
            "did you mean 'test_seconds'?",
        ),
        (
            "[project]\nname = 'x'\n\n[tool.tddbot]\npyton = 'x'\n",
            "pyproject.toml:5: [tool.tddbot] has no setting 'pyton'",
            "did you mean 'python'?",
        ),
        (
            "[tool.tddbot]\ntest_seconds = 3\n",
            "pyproject.toml:2: [tool.tddbot] has no setting 'test_seconds'",
            "did you mean 'test_seconds' in [tool.tddbot.runner]?",
        ),
        (
            "[tool.tddbot.budget]\nxyz = 3\n",
            "pyproject.toml:2: [tool.tddbot.budget] has no setting 'xyz'",
            "settings of [tool.tddbot.budget] are usd, tokens, calls, seconds, usd_per_day",
        ),
        (
            "[tool.tddbot]\n\n[tool.tddbot.budgt]\nusd = 1\n",
            "pyproject.toml:3: [tool.tddbot] has no setting 'budgt'",
            "did you mean 'budget'?",
        ),
        (
            "[tool.tddbot.runner]\njobs = 'two'\n",
            "pyproject.toml:2: [tool.tddbot.runner] jobs: expected a whole number, got a string",
            "",
        ),
        (
            "[tool.tddbot.watch]\ndebounce_seconds = -1\n",
            "pyproject.toml:2: [tool.tddbot.watch] debounce_seconds: expected a number >= 0.0",
            "",
        ),
        (
            "[tool.tddbot.budget]\nusd = 'unlimted'\n",
            "pyproject.toml:2: [tool.tddbot.budget] usd: 'unlimted' is none of its words",
            "did you mean 'unlimited'?",
        ),
        (
            "[tool.tddbot.budget]\nusd = true\n",
            "pyproject.toml:2: [tool.tddbot.budget] usd: expected a number or a string, got true or false",
            "it may be unlimited",
        ),
        (
            "[tool.tddbot.judge]\nprotected = [\n  'a',\n  3,\n]\n",
            "pyproject.toml:2: [tool.tddbot.judge] protected: expected a string, got a whole number",
            "",
        ),
        (
            "[tool.tddbot.judge]\nallow = ['TDB504', 'TDB999']\n",
            "pyproject.toml:2: [tool.tddbot.judge] allow: 'TDB999' is no code of the guard",
            "the code stands at the end of an objection, as in (TDB504); docs/guard.md has them all",
        ),
        (
            "[tool.tddbot.judge]\nallow = ['tdb504']\n",
            "pyproject.toml:2: [tool.tddbot.judge] allow: 'tdb504' is no code of the guard",
            "did you mean 'TDB504'?",
        ),
        (
            "[tool.tddbot.judge]\nallow = ['computed-import']\n",
            "pyproject.toml:2: [tool.tddbot.judge] allow: 'computed-import' is no code of the guard",
            "did you mean 'TDB504'?",
        ),
        (
            "[tool.tddbot.judge]\nallow = ['TDB101']\n",
            "pyproject.toml:2: [tool.tddbot.judge] allow: TDB101 (protected-path) cannot be allowed",
            "",
        ),
        ("[tool]\ntddbot = 3\n", "pyproject.toml:2: [tool.tddbot] must be a table, not a whole number", ""),
        (
            "[tool.tddbot]\nrunner = 2026-01-01\n",
            "pyproject.toml:2: [tool.tddbot.runner] must be a table, not a date or time",
            "",
        ),
        ("[[tool.tddbot.budget]]\n", "pyproject.toml:1: [tool.tddbot.budget] must be a table, not a list", ""),
        (
            "[[tool.tddbot.model.ladder]]\nrole = 'small'\n\n[[tool.tddbot.model.ladder]]\nrole = 'large'\nround = 2\n",
            "pyproject.toml:6: [[tool.tddbot.model.ladder]] has no setting 'round'",
            "did you mean 'rounds'?",
        ),
        (
            "[[tool.tddbot.model.ladder]]\nrole = 'small'\n[[tool.tddbot.model.ladder]]\n\nrole = 'larg'\n",
            "pyproject.toml:5: [[tool.tddbot.model.ladder]] role: 'larg' is none of its words",
            "did you mean 'large'?",
        ),
        (
            "[tool.tddbot.model]\nladder = [{ role = 'small' },\n  { effort = 'hi' }]\n",
            "pyproject.toml:2: [[tool.tddbot.model.ladder]] effort: 'hi' is none of its words",
            "did you mean 'high'?",
        ),
        (
            "[[tool.tddbot.model.ladder]]\nwidth = 0\n",
            "pyproject.toml:2: [[tool.tddbot.model.ladder]] width: expected a whole number >= 1",
            "",
        ),
        (
            "[tool.tddbot.model]\nrole = 'small'\n",
            "pyproject.toml:2: [tool.tddbot.model] has no setting 'role'",
            "did you mean 'role' in [[tool.tddbot.model.ladder]]?",
        ),
        (
            "[tool.tddbot.model.ladder]\nrole = 'small'\n",
            "pyproject.toml:1: [tool.tddbot.model.ladder] must be a list of tables",
            "write [[tool.tddbot.model.ladder]] above each of them",
        ),
        (
            "[tool.tddbot.model]\nladder = ['small']\n",
            "pyproject.toml:2: [[tool.tddbot.model.ladder]] must be a table, not a string",
            "",
        ),
    ],
)
def test_a_wrong_key_or_value_names_line_key_and_the_nearest_right_one(text, message, hint):
    assert refused(text) == (message, hint)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1\n[tool.tddbot\n", "pyproject.toml:2: this is not TOML: "),
        ("a = 1\nb = [1,\n", "pyproject.toml:2: this is not TOML: "),
        ("a = 1\na = 2\n", "pyproject.toml:2: this is not TOML: "),
        ("\n\nx = 'a\n", "pyproject.toml:3: this is not TOML: "),
    ],
)
def test_what_is_not_toml(text, message):
    assert refused(text)[0].startswith(message)


def test_a_file_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.tddbot]\npython = '\xff'\n")
    with pytest.raises(UsageError, match=r"pyproject.toml is not UTF-8 \(byte 24\)"):
        config.load(tmp_path)
    os.remove(tmp_path / "pyproject.toml")
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(UsageError, match=r"pyproject.toml cannot be read: Is a directory"):
        config.load(tmp_path)


class TestLine:
    KEY = ("tool", "tddbot", "runner", "jobs")

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("[tool.tddbot.runner]\njobs = 1\n", 2),
            ("[tool.tddbot.runner]\r\n\r\njobs = 1\r\n", 3),
            ("[tool.tddbot]\nrunner.jobs = 1", 2),
            ("x = 1\ntool.tddbot.runner.jobs = 1\n", 2),
            ("\n[tool]\ntddbot = { runner = { jobs = 1 } }\n", 3),
            ('[\'tool\'."tddbot" . runner]\n"jo\\u0062s" = 1\n', 2),
            ("[a]\njobs = 1\n[tool.tddbot.runner]\ntest_seconds = 1\njobs = 1\n", 5),
            ('a = """\n[tool.tddbot.runner]\njobs = 1\n"""\n[tool.tddbot.runner]\njobs = 1\n', 6),
            ("a = [\n  '[tool.tddbot.runner]',\n  # jobs = 1\n]\n[tool.tddbot.runner] # jobs\n\njobs = 1 # jobs\n", 7),
            ("[tool.tddbot.runner]\nenv = { jobs = 'x' }\njobs = 1\n", 3),
            ("# \u2028 jobs\n[tool.tddbot.runner]\njobs = 1\n", 3),
        ],
    )
    def test_the_statement_that_defines_a_key(self, text, line):
        assert config.line_of(text, self.KEY) == line

    def test_a_key_that_is_not_there_falls_back_to_its_table(self):
        assert config.line_of("\n[tool.tddbot.runner]\n", self.KEY) == 2
        assert config.line_of("\n\n[tool.tddbot]\n", self.KEY) == 3
        assert config.line_of("", self.KEY) == 1

    @given(
        st.integers(0, 30), st.integers(0, 30), st.sampled_from(["x = 1", "", "# c", 'x = """\n\n"""', "x = [\n1,\n]"])
    )
    def test_whatever_stands_around_it(self, before, after, filler):
        fill = lambda count, name: "".join(f"{filler.replace('x', name + str(n))}\n" for n in range(count))  # noqa: E731
        head = "[tool.tddbot.runner]\n" + fill(before, "a")
        text = f"{head}jobs = 1\n{fill(after, 'b')}"
        assert config.line_of(text, self.KEY) == head.count("\n") + 1


def test_the_page_of_documentation_is_true():
    page = Path(__file__).parent.parent / "docs" / "configuration.md"
    assert config.document() in page.read_text()


def test_every_setting_is_documented():
    rows = config.document().splitlines()
    for name, struct in config.tables():
        assert f"## `[{name}]`" in rows
        for field in msgspec.structs.fields(struct):
            row = next((row for row in rows if row.startswith(f"| `{field.name}` |")), None)
            assert f"tool.tddbot.{field.name}" in dict(config.tables()) or (row and not row.endswith("|  |"))


@given(
    st.dictionaries(st.text(max_size=10), st.integers() | st.text(max_size=5) | st.booleans(), min_size=1, max_size=3)
)
def test_any_table_is_either_taken_or_refused_in_one_line(table):
    quoted = "\n".join(
        f"{_quoted(key)} = {_quoted(value) if isinstance(value, str) else str(value).lower()}"
        for key, value in table.items()
    )
    said = "pyproject.toml:"
    try:
        config.parse(f"[tool.tddbot.runner]\n{quoted}\n")
    except UsageError as error:
        said = error.message
    assert said.startswith("pyproject.toml:")
    assert said.isprintable()


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'
