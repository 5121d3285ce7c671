"""A call in the words of a test file."""

import pytest

from tddbot.ties.pasted import pasted


@pytest.mark.parametrize(
    ("path", "test", "shown"),
    [
        ("price.py", "from price import price\n", "price(1)"),
        ("src/price.py", "from price import price as cost\n", "cost(1)"),
        ("price.py", "import price\n", "price.price(1)"),
        ("shop/price.py", "from shop import price\n", "price.price(1)"),
        ("shop/price.py", "from shop.price import price\n", "price(1)"),
        ("shop/price.py", "from shop import *\n", "price(1)"),
    ],
)
def test_a_function_that_has_the_name_of_its_module(path, test, shown):
    assert pasted("price(1)", path, test)[0] == shown
