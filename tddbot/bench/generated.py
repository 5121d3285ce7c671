"""Projects that are made up for a benchmark: a tiny one, one on numpy and pandas, and trees of many files."""

from pathlib import Path

_TINY = {
    "words.py": '''"""Words."""


def shorten(text: str, most: int) -> str:
    """Return `text`, cut to at most `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def initials(name: str) -> str:
    """Return the first letters of the words."""
    return "".join(word[0] for word in name.split())
''',
    "tests/test_words.py": """import pytest

from words import initials, shorten


@pytest.mark.parametrize(("text", "most", "short"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("", 1, "")])
def test_shorten(text, most, short):
    assert shorten(text, most) == short


def test_initials():
    assert initials("Grace Brewster Hopper") == "GBH"


def test_no_initials():
    assert initials("") == ""
""",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\ntestpaths = ["tests"]\n',
}

_FRAMES = {
    "sales.py": '''"""Sales by month."""

import numpy as np
import pandas as pd


def frame(months: int) -> pd.DataFrame:
    """Return made-up sales of `months` months."""
    days = pd.date_range("2024-01-01", periods=months * 28, freq="D")
    return pd.DataFrame({"day": days, "sold": np.arange(len(days)) % 7})


def by_month(sales: pd.DataFrame) -> pd.Series:
    """Return what was sold in each month."""
    return sales.groupby(sales["day"].dt.month)["sold"].sum()


def smooth(values: np.ndarray, width: int) -> np.ndarray:
    """Return the moving average."""
    return np.convolve(values, np.ones(width) / width, mode="valid")
''',
    "tests/test_sales.py": """import numpy as np
import pandas as pd
import pytest

from sales import by_month, frame, smooth


@pytest.mark.parametrize("months", [1, 2, 3])
def test_frame(months):
    assert frame(months).shape == (28 * months, 2)


def test_by_month():
    assert by_month(frame(1)).tolist() == [84]


def test_kind():
    assert isinstance(by_month(frame(2)), pd.Series)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_smooth(width):
    assert smooth(np.arange(8.0), width).shape == (9 - width,)


def test_smooth_values():
    np.testing.assert_allclose(smooth(np.array([1.0, 3.0, 5.0]), 2), [2.0, 4.0])
""",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
}

_A_DIRECTORY = 50
_TESTS = 10


def write_tiny(root: Path) -> tuple[str, str]:
    """Write a small project in pure Python; return its test file and the module under test."""
    _write(root, _TINY)
    return "tests/test_words.py", "words.py"


def write_frames(root: Path) -> tuple[str, str]:
    """Write a project that imports numpy and pandas; return its test file and the module under test."""
    _write(root, _FRAMES)
    return "tests/test_sales.py", "sales.py"


def write_many(root: Path, count: int) -> tuple[str, ...]:
    """Write `count` Python files, fifty to a directory, each tenth a test; return their paths, sorted.

    The tiny project's files are among them, and its tests are the only ones that pytest is told to collect.
    """
    _write(root, _TINY)
    made = list(_TINY)
    for number in range(count - len(_TINY)):
        directory, name = divmod(number, _A_DIRECTORY)
        is_test = number % _TESTS == 0
        made.append(f"part{directory:04}/{'test_' if is_test else ''}module{name:02}.py")
    for path in made[len(_TINY) :]:
        place = root / path
        place.parent.mkdir(exist_ok=True)
        place.write_text(f'"""{path}."""\n\nVALUE = {path!r}\n', encoding="ascii")
    return tuple(sorted(made))


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
