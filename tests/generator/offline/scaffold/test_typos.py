import pytest

from tddbot.generator.offline.scaffold.typos import meant


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("lenght", "length"),
        ("recieve", "receive"),
        ("to_romna", "to_roman"),
        ("calulate", "calculate"),
        ("widdth", "width"),
    ],
)
def test_a_slip_of_the_hand_is_seen(name: str, known: str) -> None:
    assert meant(name, [known, "other"]) == known


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("to_roman", "from_roman"), ("get_items", "get_item"), ("unlock", "lock"), ("min_x", "min_y"),
        ("step2", "step1"), ("decode", "encode"), ("increment", "decrement"), ("add", "sad"), ("is_upper", "is_lower"),
        ("Length", "length"), ("__exit__", "__edit__"),
    ],
)  # fmt: skip
def test_another_word_is_meant_as_it_is(name: str, known: str) -> None:
    assert meant(name, [known]) is None


def test_names_that_the_tests_use_both_are_two_names() -> None:
    assert meant("parsed", ["parses"]) is None
    assert meant("renter", ["render"]) == "render"
    assert meant("renter", ["render"], used=["render"]) is None
