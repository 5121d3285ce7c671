import pytest

from tests.generator.offline.making import bodies


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0", ["1", "-1"]),
        ("1", ["0", "2", "-1"]),
        ("7", ["8", "6"]),
        ("-1", ["0", "-2", "1"]),
        ("-5", ["-4", "-6", "5"]),
        ("0xff", ["0x100", "0xfe"]),
        ("0b11", ["0b100", "0b10"]),
        ("1_000", ["1001", "999"]),
        ("2.0", ["3.0", "1.0"]),
        ("True", ["False"]),
        ("False", ["True"]),
        ("''", ["' '"]),
        ("' '", ["''"]),
        ("b''", ["b' '"]),
    ],
)
def test_a_constant_becomes_its_neighbours(written: str, meant: list[str]) -> None:
    assert bodies(f"return [{written}]") == [f"return [{each}]" for each in meant]


@pytest.mark.parametrize("written", ["None", "0.1", "1e300", "'text'", "...", "3j", "9" * 5000])
def test_what_has_no_neighbour_is_left_alone(written: str) -> None:
    assert bodies(f"return [{written}]") == []
