"""Names that are wanted absent and present."""

import textwrap

import pytest

from tddbot.judge.contradictions.presence import imports, opposed, stances
from tddbot.judge.contradictions.sheet import sheet

HEAD = "import pytest\nimport shop\nfrom shop import Cart\n"


def wanted(body: str, head: str = HEAD, line: str = "def test():\n") -> list[tuple[str, bool]]:
    own = sheet("test_a.py", head + line + textwrap.indent(textwrap.dedent(body), "    "))
    assert own is not None
    return [(each.name, each.is_present) for test in own.tests for each in stances(own, test)]


@pytest.mark.parametrize(
    "body",
    [
        "assert not hasattr(shop, 'cost')",
        "assert hasattr(shop, 'cost') is False",
        "assert 'cost' not in dir(shop)",
        "with pytest.raises(AttributeError):\n    shop.cost",
        "with pytest.raises(AttributeError):\n    getattr(shop, 'cost')",
        "with pytest.raises(ImportError):\n    from shop import cost",
    ],
)
def test_a_name_is_wanted_absent(body: str) -> None:
    assert wanted(body) == [("shop.cost", False)]


@pytest.mark.parametrize(
    "body", ["assert hasattr(shop, 'cost')", "assert shop.cost(1) == 3", "x = shop.cost", "from shop import cost"]
)
def test_a_name_is_wanted_present(body: str) -> None:
    assert ("shop.cost", True) in wanted(body)


@pytest.mark.parametrize(
    "body",
    [
        "monkeypatch.delattr(shop, 'cost')\nassert not hasattr(shop, 'cost')",
        "del shop.cost\nassert not hasattr(shop, 'cost')",
        "assert not hasattr(Cart(), 'cost')",
        "assert hasattr(shop, 'cost') or shop.price(1) == 3",
        "x = getattr(shop, 'cost', None)",
        "with pytest.raises(AttributeError):\n    shop.cost(1)",
        "try:\n    shop.cost\nexcept AttributeError:\n    pass",
        "if hasattr(shop, 'cost'):\n    shop.cost(1)",
        "assert [shop.cost(x) for x in []] == []",
    ],
)
def test_what_may_be_both_is_left_alone(body: str) -> None:
    assert not [name for name, _ in wanted(body) if name == "shop.cost"]


def test_a_file_wants_what_it_begins_with() -> None:
    own = sheet("test_a.py", "from shop import cost\nimport os\n")
    assert own is not None
    assert [(each.name, each.test, each.line) for each in imports(own)] == [("shop.cost", "", 1)]


def test_two_tests_are_opposed_where_one_is_of_the_target() -> None:
    gone = sheet("test_gone.py", "import shop\ndef test_gone():\n    assert not hasattr(shop, 'cost')\n")
    there = sheet("test_cost.py", "from shop import cost\ndef test_cost():\n    assert cost(1) == 3\n")
    assert gone is not None
    assert there is not None
    found = [*stances(gone, gone.tests[0]), *imports(there)]
    nodes = ("test_cost.py::test_cost", "test_gone.py::test_gone")
    (clash,) = opposed(found, nodes[:1], nodes, lambda name: True)
    assert clash.node_ids == (nodes[1], nodes[0])
    assert clash.reason == "`shop.cost` cannot be both absent and present"
    assert clash.second.text == "from shop import cost"
    assert list(opposed(found, (), nodes, lambda name: True)) == []
    assert list(opposed(found, nodes, nodes, lambda name: False)) == []
