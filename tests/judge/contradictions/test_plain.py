"""Which demands of a test are read: those in which nothing but arguments can have a part."""

import textwrap

import pytest

from tddbot.judge.contradictions.plain import Asked, asked
from tddbot.judge.contradictions.sheet import sheet

HEAD = "import pytest\nimport random\nimport os\nfrom shop import Cart, price, tax\nimport shop\n"


def read(body: str, head: str = HEAD, around: str = "") -> list[Asked]:
    own = sheet("test_a.py", head + textwrap.dedent(body))
    conftest = sheet("conftest.py", textwrap.dedent(around))
    assert own is not None
    assert conftest is not None
    return [each for test in own.tests for each in asked(own, test, [conftest])]


def of_test(body: str) -> list[Asked]:
    """The demands of one test with this body."""
    return read("def test():\n" + textwrap.indent(textwrap.dedent(body), "    "))


def forms(body: str) -> list[str]:
    return [each.call.form for each in of_test(body)]


@pytest.mark.parametrize(
    "body",
    [
        'assert price("A") == 3',
        'assert shop.price("A") == 3',
        'assert 3 == price("A")',
        'found = price("A")\nassert found == 3',
        'code = "A"\nexpected = 3\nassert price(code) == expected',
        'with pytest.raises(ValueError):\n    price("A")',
        'with pytest.raises(ValueError, match="x") as caught:\n    price("A")',
        'from shop import price as cost\nassert cost("A") == 3',
        'assert not price("A")',
        'assert price("A") is None and 1 == 1',
        'assert price("A") == pytest.approx(2.5)',
        'assert price("A") == sorted([2, 1])',
        'assert price("A") == 3, "why"',
    ],
)
def test_demands_are_read_with_the_call_in_full(body: str) -> None:
    assert forms(body) == ["shop.price('A')"]


@pytest.mark.parametrize(
    "before",
    [
        "os.environ['A'] = '1'",
        "shop.RATE = 2",
        "global X",
        "setup()",
        "if os.sep == '/':\n    pass",
        "try:\n    pass\nexcept ValueError:\n    pass",
        "with open('x') as file:\n    pass",
        "import unknown.thing as price",
        "x = open('a').read()",
        "x = [y := 1]",
        "yield",
        "del shop.price",
        "setattr(shop, 'RATE', 3)",
        "price = lambda code: 3",
        "exec('shop.RATE = 2')",
        "while False:\n    pass",
        "def price(code): return 3",
        "class Price: pass",
        "print('x')",
    ],
)
def test_nothing_is_read_after_what_might_have_a_part_in_it(before: str) -> None:
    assert "shop.price('A')" not in forms(f'{before}\nassert price("A") == 3')


@pytest.mark.parametrize(
    "test",
    [
        "def test(tmp_path):\n    assert price('A') == 3",
        "def test(monkeypatch):\n    assert price('A') == 3",
        "@pytest.mark.xfail\ndef test():\n    assert price('A') == 3",
        "@pytest.mark.skipif(True, reason='')\ndef test():\n    assert price('A') == 3",
        "@pytest.mark.usefixtures('x')\ndef test():\n    assert price('A') == 3",
        "@pytest.mark.freeze_time('2020-01-01')\ndef test():\n    assert price('A') == 3",
        "@patch('shop.price')\ndef test():\n    assert price('A') == 3",
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.xfail)])\n"
        "def test(x):\n    assert price('A') == 3",
        "@pytest.mark.parametrize('x', [1], indirect=True)\ndef test(x):\n    assert price('A') == 3",
        "pytestmark = pytest.mark.xfail\ndef test():\n    assert price('A') == 3",
        "def setup_function():\n    pass\ndef test():\n    assert price('A') == 3",
        "@pytest.fixture(autouse=True)\ndef x():\n    pass\ndef test():\n    assert price('A') == 3",
        "class TestA:\n    def setup_method(self):\n        pass\n    def test(self):\n        assert price('A') == 3",
        "class TestA(Base):\n    def test(self):\n        assert price('A') == 3",
        "shop.RATE = 3\ndef test():\n    assert price('A') == 3",
        "try:\n    pass\nfinally:\n    pass\ndef test():\n    assert price('A') == 3",
        "@pytest.fixture\ndef x():\n    shop.RATE = 3\n    return 1\ndef test(x):\n    assert price('A') == 3",
        "@pytest.fixture(params=[1])\ndef x():\n    return 1\ndef test(x):\n    assert price('A') == 3",
        "price = shop.price\ndef test():\n    assert price('A') == 3",
    ],
)
def test_nothing_is_read_of_a_test_around_which_anything_goes_on(test: str) -> None:
    assert read(test) == []


@pytest.mark.parametrize(
    "around",
    [
        "import pytest\n@pytest.fixture(autouse=True)\ndef clean(): yield",
        "def pytest_runtest_setup(item): pass",
        "import shop\nshop.RATE = 3",
    ],
)
def test_a_conftest_may_have_a_part_in_all_tests(around: str) -> None:
    assert read("def test():\n    assert price('A') == 3", around="") != []
    assert read("def test():\n    assert price('A') == 3", around=around) == []


@pytest.mark.parametrize(
    "body",
    [
        'assert price(tax("A")) == 3',
        'assert price("A") == tax("A")',
        'assert price("A") == len(tax("A"))',
        'x = tax("A")\nassert price(x) == 3',
        'x = [1]\nfound = price("A")\nfound.append(1)\nassert found == 3',
        'with pytest.raises(AssertionError):\n    assert price("A") == 3',
        'with pytest.raises(ValueError):\n    tax("A")\n    price("A")',
        'with pytest.raises(ValueError):\n    int(price("A"))',
    ],
)
def test_what_depends_on_another_answer_is_no_demand(body: str) -> None:
    assert [each for each in of_test(body) if each.call.function == "shop.price"] == []


def test_arguments_that_somebody_else_may_hold_are_doubtful() -> None:
    assert [each.call.doubtful for each in of_test("assert price([1]) == 3")] == [False]
    assert [each.call.doubtful for each in of_test("x = [1]\nassert price(x) == 3")] == [False]
    assert [each.call.doubtful for each in of_test("x = [1]\nassert price(x) == x")] == [True]
    assert [each.call.doubtful for each in of_test("x = [1]\nassert price(x, x) == 3")] == [True]
    assert [each.call.doubtful for each in of_test("x = [1]\ny = x\nassert price(y) == 3")] == [True]
    assert [each.call.doubtful for each in of_test("x = [1]\ntax(x)\nassert price(x) == 3")] == [True]
    assert [each.call.doubtful for each in read("X = [1]\ndef test():\n    assert price(X) == 3")] == [True]


def test_an_object_is_what_made_it_and_what_it_went_through() -> None:
    one, other = (of_test(f"{name} = Cart(1)\n{name}.add('x', n)\nassert {name}.total() == 3".replace("n)", "2)"))
                  for name in ("cart", "basket"))  # fmt: skip
    assert one[0].call == other[0].call
    assert one[0].call.receiver == "shop.Cart(1); shop.Cart.add('x', 2)"
    assert of_test("assert Cart(1).total() == 3")[0].call.receiver == "shop.Cart(1)"


@pytest.mark.parametrize(
    "body",
    [
        "assert [cart.put(each) for each in 'ab'] == [1, 2]",
        "assert all(cart.put(each) for each in 'ab')",
        "for each in 'ab':\n    assert cart.put(each) == 1",
        "for each in 'ab':\n    cart.put(each)\nassert cart.put('a') == 3",
        "same = cart\nassert cart.put('a') == 1",
        "carts = [cart]\nassert cart.put('a') == 1",
        "one, other = cart, 2\nassert cart.put('a') == 1",
        "assert len(cart) == 0\nassert cart.put('a') == 1",
        "assert 'a' not in cart\nassert cart.put('a') == 1",
        "assert cart[0] == 0\nassert cart.put('a') == 1",
        "assert f'{cart}' == ''\nassert cart.put('a') == 1",
        "found = list(cart)\nassert cart.put('a') == 1",
    ],
)
def test_an_object_that_may_have_a_past_is_not_known(body: str) -> None:
    found = of_test(f"cart = Cart(1)\n{body}")
    assert {each.call.receiver for each in found if each.call.function == "shop.Cart.put"} <= {""}


def test_objects_are_not_known_that_share_what_they_are_made_of() -> None:
    (found,) = read("X = []\ndef test():\n    cart = Cart(X)\n    assert cart.total() == 3")
    assert found.call.receiver == ""
    (found,) = read("X = []\ndef test():\n    assert Cart(X).total() == 3")
    assert found.call.receiver == ""


def test_methods_of_objects_that_the_file_has_may_have_a_part() -> None:
    body = "assert CART.go(1) == 1\n    assert price('A') == 3"
    assert read(f"CART = Cart()\ndef test():\n    {body}") == []


def test_a_fixture_of_a_class_stands_before_the_files() -> None:
    fixtures = "@pytest.fixture\ndef cart():\n    return Cart(1)\n"
    own = "class TestA:\n    @pytest.fixture\n    def cart(self):\n        return Cart(2)\n"
    assert read(f"{fixtures}{own}    def test(self, cart):\n        assert cart.total() == 3") == []


def test_what_was_called_before_is_known() -> None:
    (found,) = of_test('tax(1)\nassert price("A") == 3')
    assert [(each.form, each.is_dropped) for each in found.call.begun] == [("shop.tax(1)", True)]
    looped = of_test('for x in [1, 2]:\n    assert price("A") == 3\n    tax(x)')
    assert [each.function for each in looped[0].call.begun] == ["shop.price", "shop.tax"]
    assert looped[0].call.history is None


def test_a_fixture_that_only_returns_is_filled_in() -> None:
    fixture = "@pytest.fixture\ndef cart():\n    return shop.Cart(2)\n"
    (found,) = read(f"{fixture}def test(cart):\n    assert cart.total() == 3")
    assert found.call.receiver == "shop.Cart(2)"
    (found,) = read(
        "def test(cart):\n    assert cart.total() == 3", around="import pytest\nfrom shop import Cart\n"
        "@pytest.fixture\ndef cart():\n    return Cart(2)\n"
    )  # fmt: skip
    assert found.call.receiver == "shop.Cart(2)"


def test_lines_and_text_are_those_of_the_statement() -> None:
    (found,) = read("def test():\n    assert price(\n        'A'\n    ) == 3\n", head="from shop import price\n")
    assert (found.line, list(found.lines), found.text) == (3, [3, 4, 5], "assert price( 'A' ) == 3")
