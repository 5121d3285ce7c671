"""What usage proves of a name, by the text that is made of it."""

import ast

import pytest

from tests.generator.offline.scaffold.making import module

HEAD = "import asyncio\nimport pytest\nfrom decimal import Decimal\n"


def of(test: str, imports: str = "f") -> str:
    """What becomes of a module of which a test uses a few names."""
    lines = "".join(f"    {line}\n" for line in test.replace("'", '"').splitlines())
    text = module(f"{HEAD}from shop import {imports}\n\ndef test():\n{lines}")
    ast.parse(text, feature_version=(3, 8))
    return text


@pytest.mark.parametrize(
    ("test", "head"),
    [
        ("assert f(1, 'a') == 2.5", "def f(a: int, b: str) -> float:"),
        ("assert f(width=3, name=None) is None", "def f(width: int, name: None) -> None:"),
        ("assert f([1, 2]) == [3]", "def f(a: list[int]) -> list[int]:"),
        ("assert f({'a': 1}) == {'a', 'b'}", "def f(a: dict[str, int]) -> set[str]:"),
        ("assert f(1) == 1\nassert f(2.5) == 2", "def f(a: float) -> int:"),
        (
            "assert f(1) == 'a'\nassert f(1, deep=True) is None",
            "def f(a: int, deep: bool | None = None) -> str | None:",
        ),
        ("assert f(1) == 'a'\nassert f('x') == 2", "def f(a: int | str):"),
        ("values = [1]\nassert f(values)", "def f(values: list[int]):"),
        ("f()", "def f():"),
        ("assert isinstance(f(1), dict)", "def f(a: int) -> dict:"),
        ("assert f(2) == pytest.approx(0.5)", "def f(a: int) -> float:"),
        ("assert f(Decimal('1')) == (1, 'a')", "def f(a: Decimal) -> tuple[int, str]:"),
        ("assert list(f(3)) == [1]", "def f(a: int) -> Iterable[int]:"),
        ("assert next(f(3)) == 1", "def f(a: int) -> Iterator:"),
        ("assert f(1, 2) == 3\nassert f(1, 2, 3, 4, 5) == 3", "def f(*values: int) -> int:"),
        ("f(*[1])", "def f(*args, **kwargs):"),
        ("assert asyncio.run(f(1)) == 2", "async def f(a: int) -> int:"),
        ("with pytest.raises(ValueError):\n    f('x')\nassert f(1) == 1", "def f(a: int) -> int:"),
        ("with pytest.raises(TypeError):\n    f()\nassert f(1) == 1", "def f(a: int) -> int:"),
        ("map(f, [1])", "def f(*args, **kwargs):"),
    ],
)
def test_calls_make_a_function(test: str, head: str) -> None:
    text = of(test)
    assert f"\n{head}\n" in text
    assert 'raise NotImplementedError("f is not written yet")' in text


@pytest.mark.parametrize(
    ("test", "lines"),
    [
        ("with f(1) as g:\n    pass", "@contextmanager\ndef f(a: int):\n"),
        ("async def inner():\n    async with f(1):\n        pass", "@asynccontextmanager\nasync def f(a: int):\n"),
        ("@f\ndef inner():\n    pass", "\ndef f(function):\n"),
        ("@f(times=3)\ndef inner():\n    pass", "\ndef f(times: int):\n"),
    ],
)
def test_a_block_or_a_decorator_is_made_for_what_it_is(test: str, lines: str) -> None:
    assert lines in of(test)


def test_later_annotations_are_asked_for_only_where_it_takes_them() -> None:
    assert "__future__" not in of("assert f(1) == 'a'")
    assert "from __future__ import annotations\n" in of("assert f([1]) == 'a'")


def test_what_constructors_get_and_tests_read_is_a_dataclass() -> None:
    text = of("p = Point(1, y=2.5)\nassert p.y == 2.5\nassert p.x == 1\nassert p.norm() == 3.5", "Point")
    assert "@dataclass\nclass Point:\n" in text
    assert "    x: int\n    y: float\n" in text
    assert "    def norm(self) -> float:\n" in text


def test_a_class_has_its_methods_and_operators() -> None:
    text = of("c = Cart('x')\nc.add('a', count=2)\nassert len(c) == 2\nassert c['a'] == 2\nassert 'a' in c", "Cart")
    assert "@dataclass" not in text
    for head in (
        "def __init__(self, a: str) -> None:",
        "def add(self, a: str, count: int):",
        "def __len__(self):",
        "def __getitem__(self, key: str) -> int:",
        "def __contains__(self, item: str):",
    ):
        assert f"    {head}\n" in text


def test_what_a_class_itself_is_asked_for() -> None:
    text = of("assert Cart.parse('a').size == 1\nassert Cart.MOST == 3", "Cart")
    assert "    MOST = 0\n" in text
    assert "    @classmethod\n    def parse(cls, a: str) -> Cart:\n" in text
    assert "    @property\n    def size(self) -> int:\n" in text


def test_entered_and_awaited_methods() -> None:
    text = of("async def inner():\n    async with Pool() as p:\n        assert await p.get(1) == 'a'", "Pool")
    assert "    async def __aenter__(self):\n" in text
    assert "    async def __aexit__(self, *exception) -> None:\n" in text


@pytest.mark.parametrize(
    ("test", "lines"),
    [
        ("with pytest.raises(Bad):\n    pass", "class Bad(Exception):\n"),
        ("try:\n    pass\nexcept Bad:\n    pass", "class Bad(Exception):\n"),
        ("assert issubclass(Bad, ValueError)\nwith pytest.raises(Bad):\n    pass", "class Bad(ValueError):\n"),
        (
            "with pytest.raises(Bad) as e:\n    pass\nassert e.value.code == 3",
            'class Bad(Exception):\n    """Not written yet."""\n\n    code = 0\n',
        ),
        ("raise Bad(1, code=2)", "        self.code = code\n"),
    ],
)
def test_what_is_raised_is_an_exception(test: str, lines: str) -> None:
    assert lines in of(test, "Bad")


def test_an_exception_comes_after_the_one_that_it_is() -> None:
    text = of("assert issubclass(Worse, Bad)\nwith pytest.raises(Bad):\n    pass\nraise Worse", "Worse, Bad")
    assert text.index("class Bad(Exception)") < text.index("class Worse(Bad)")


def test_members_in_capitals_make_an_enumeration() -> None:
    assert "class Hue(Enum):" in of("assert Hue.RED is not Hue.BLUE", "Hue")
    text = of("assert Hue.RED.value == 'red'\nassert Hue('blue') is Hue.BLUE", "Hue")
    assert '    RED = "red"\n    BLUE = "blue"\n' in text


@pytest.mark.parametrize(
    ("test", "line"),
    [
        ("assert MOST == 3", "MOST = 0"),
        ("assert MOST == 'x'", 'MOST = ""'),
        ("assert MOST['a'] == 3", "MOST = {}"),
        ("for each in MOST:\n    pass", "MOST = []"),
        ("assert 3 < MOST", "MOST = 0"),
        ("print(MOST)", "MOST = None"),
    ],
)
def test_a_constant_is_the_empty_value_of_its_kind(test: str, line: str) -> None:
    assert f"\n{line}\n" in of(test, "MOST")


def test_an_object_of_the_module_gets_a_class() -> None:
    text = of("assert registry.find('a') == 1", "registry")
    assert "class Registry:\n" in text
    assert "    def find(self, a: str) -> int:\n" in text
    assert text.endswith("\n\n\nregistry = Registry()\n")


def test_fixtures_helpers_tables_and_unittest_are_followed() -> None:
    text = module(
        "import unittest\nimport pytest\nfrom shop import Cart, total\n\nROWS = [([1], 2), ([], 0)]\n\n"
        "@pytest.fixture\ndef cart():\n    made = Cart(3)\n    yield made\n\n"
        "def helped():\n    return Cart(4)\n\n"
        "def test_a(cart):\n    assert cart.weigh('a') == 1.5\n    helped().drop(True)\n\n"
        "@pytest.mark.parametrize('items, want', ROWS)\ndef test_b(items, want):\n    assert total(items) == want\n\n"
        "class Test(unittest.TestCase):\n    def setUp(self):\n        self.cart = Cart(5)\n\n"
        "    def test_c(self):\n        self.assertEqual(self.cart.name(), 'x')\n"
    )
    assert "def total(items: list[int]) -> int:" in text
    assert "    def weigh(self, a: str) -> float:\n" in text
    assert "    def drop(self, a: bool):\n" in text
    assert "    def name(self) -> str:\n" in text
