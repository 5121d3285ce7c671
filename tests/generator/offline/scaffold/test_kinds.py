import pytest

from tddbot.generator.offline.scaffold.kinds import default_of, item_of, joined


@pytest.mark.parametrize(
    ("kinds", "one"),
    [
        (["int", "int"], "int"), (["int", "float"], "float"), (["int", "None"], "int | None"), (["None"], "None"),
        (["list", "list[int]"], "list[int]"), (["list[int]", "list[str]"], "list"), (["int", "str"], "int | str"),
        (["int", "str", "list"], ""), (["int", ""], "int"), ([], ""), (["bool", "int"], "int"),
        (["int | None", "str"], ""),
    ],
)  # fmt: skip
def test_kinds_are_joined_to_the_one_that_all_have(kinds: list[str], one: str) -> None:
    assert joined(kinds) == one


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("list[int]", "int"), ("dict[str, int]", "str"), ("tuple[int, ...]", "int"), ("tuple[int, str]", ""),
        ("tuple[int, int]", "int"), ("str", "str"), ("list", ""), ("list[tuple[int, str]]", "tuple[int, str]"),
    ],
)  # fmt: skip
def test_items_have_the_kind_that_a_container_says(kind: str, item: str) -> None:
    assert item_of(kind) == item


def test_the_empty_value_of_a_kind() -> None:
    assert [default_of(kind) for kind in ("int", "list[int]", "str | None", "pathlib.Path", "")] == [
        "0", "[]", '""', "None", "None",
    ]  # fmt: skip
