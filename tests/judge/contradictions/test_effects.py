"""Which functions tests call for what these leave behind."""

import textwrap

import pytest

from tddbot.judge.contradictions.effects import called_for_effect
from tddbot.judge.contradictions.sheet import sheet


def effects(body: str) -> list[str]:
    text = f"import pytest\nimport shop\nfrom shop import add, price\n\ndef test():\n{textwrap.indent(body, '    ')}\n"
    own = sheet("test_a.py", text)
    assert own is not None
    return list(called_for_effect(own))


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("price('A')", "shop.price"),
        ("shop.price('A')", "shop.price"),
        ("for each in 'ab':\n    price(each)", "shop.price"),
        ("assert add('A') == 1", "shop.add"),
        ("found = [add(each) for each in 'ab']", "shop.add"),
        ("found = shop.set_rate(3)", "shop.set_rate"),
    ],
)
def test_what_nobody_wants_a_result_of_or_keeps_something_by_its_name(body: str, name: str) -> None:
    assert effects(body) == [name]


@pytest.mark.parametrize(
    "body", ["assert price('A') == 3", "with pytest.raises(ValueError):\n    price('A')", "other('A')", "[].append(1)"]
)
def test_what_is_asked_for_its_answer_is_none_of_these(body: str) -> None:
    assert effects(body) == []
