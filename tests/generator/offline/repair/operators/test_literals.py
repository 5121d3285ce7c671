import pytest

from tests.generator.offline.making import bodies, rare


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return []", "return [[]]"),
        ("n = []", "n = [a]"),
        ("n = [a]", "n = []"),
        ("n = [a]", "n = a"),
        ("n = (a, b)", "n = (a)"),
        ("n = [a, b]", "n = [b]"),
        ("n = 0", "n = []"),
        ("n = None", "n = 0"),
        ("n = 7", "n = a"),
        ("n = 7", "n = 10"),
        ("n = a", "n = 0"),
        ("n = 'Abc '", "n = 'abc '"),
        ("n = 'Abc '", "n = 'Abc'"),
    ],
)
def test_another_literal_is_far_fetched(written: str, meant: str) -> None:
    assert meant in rare(written)


def test_numbers_and_texts_of_the_tests_are_tried() -> None:
    tests = "def test_it():\n    assert f(365) == 'year'\n"
    assert "return a * 365" in rare("return a * 360", tests=tests)
    assert "return a + 'year'" in rare("return a + 'jear'", tests=tests)


def test_texts_of_the_same_module_are_tried() -> None:
    assert "return a['size']" in rare("return a['seize']", before="KEYS = ['size']\n\n\n")


def test_neighbouring_elements_are_swapped() -> None:
    assert "return b, a, n" in bodies("return a, b, n")
    assert "return [a, n, b]" in bodies("return [a, b, n]")
