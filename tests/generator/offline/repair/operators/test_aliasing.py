import pytest

from tests.generator.offline.making import bodies


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a = [[0] * n] * b", "a = [[0] * n for _ in range(b)]"),
        ("a = [[]] * len(b)", "a = [[] for _ in range(len(b))]"),
        ("a = [{}] * (n + 1)", "a = [{} for _ in range(n + 1)]"),
        ("a = dict.fromkeys(b, [])", "a = {key: [] for key in b}"),
    ],
)
def test_what_is_held_in_several_places_is_made_anew_for_each(written: str, meant: str) -> None:
    assert bodies(written)[0] == meant


@pytest.mark.parametrize("written", ["a = [0] * n", "a = dict.fromkeys(b, 0)", "a = [b, []] * n"])
def test_what_cannot_be_changed_or_is_no_row_stays(written: str) -> None:
    assert not [line for line in bodies(written) if " for " in line]


@pytest.mark.parametrize("shared", ["[]", "{}", "set()"])
def test_a_default_that_all_calls_would_share_becomes_none(shared: str) -> None:
    head, tail = "def f(a, ", "):\n    b = b or []\n"
    assert "b=None" in bodies(f"b={shared}", head=head, tail=tail)
