import pytest

from tests.generator.offline.making import bodies, common, rare

BEFORE = "def one(a):\n    return a\n\n\ndef two(a, b=0):\n    return a\n\n\n"


def test_neighbouring_arguments_are_swapped() -> None:
    made = bodies("return f(a, (b), n, k=1)")
    assert {"return f((b), a, n, k=1)", "return f(a, n, (b), k=1)"} <= set(made)


def test_arguments_that_are_no_neighbours_are_swapped_late() -> None:
    assert "return g(n, b, a)" in rare("return g(a, b, n)")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return abs(a)", "return a"),
        ("return len(a - b)", "return (a - b)"),
        ("return a.copy()", "return a"),
        ("return a.strip(b)", "return a"),
        ("return a()", "return a"),
        ("return g(a, b)", "return g(a)"),
        ("return g(a, b)", "return g(b)"),
        ("return g(a, key=b)", "return g(a)"),
    ],
)
def test_a_call_or_an_argument_too_many_is_dropped(written: str, meant: str) -> None:
    assert meant in bodies(written)


def test_a_call_of_many_is_not_taken_for_its_argument() -> None:
    assert "return x for x in a" not in bodies("return sum(x for x in a)")


def test_a_function_of_the_module_that_takes_as_many_is_called_instead() -> None:
    made = common("return one(a)", before=BEFORE)
    assert {"return two(a)", "return f(a)"} & set(made) == {"return two(a)"}


def test_a_value_is_handed_to_a_function_of_the_module_that_takes_one() -> None:
    made = common("return b[a]", before=BEFORE)
    assert {"return one(b[a])", "return two(b[a])"} <= set(made)
    assert "return f(b[a])" not in made


def test_lost_brackets_of_a_call_are_put_back() -> None:
    before = "class C:\n  def size(self): return 1\n\n\ndef one(): return 2\n\n\n"
    assert "return a.size()" in common("return a.size", before=before)
    assert "return one()" in common("return one", before=before)


def test_a_lost_await_is_put_back_where_one_may_be() -> None:
    assert bodies("return a(b)", head="async def f(a, b):\n    ")[0] == "return await a(b)"
    assert "return (await a(b)).c" in bodies("return a(b).c", head="async def f(a, b):\n    ")
    assert not [line for line in bodies("return a(b)") if "await" in line]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return a.sort()", "return sorted(a)"),
        ("n = a.reverse()", "n = a[::-1]"),
        ("return f(a.append(b))", "return f(a + [b])"),
        ("return a.update(b)", "return {**a, **b}"),
    ],
)
def test_a_method_that_returns_nothing_gives_way_to_a_copy(written: str, meant: str) -> None:
    assert bodies(written)[0] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return a", "return sorted(a)"),
        ("return a", "return len(a)"),
        ("for x, y in a: pass", "for x, y in a.items(): pass"),
        ("return a - b", "return abs(a - b)"),
        ("return a", "return a.lower()"),
        ("return a.get(b)", "return a.get(b, 0)"),
        ("return sorted(a)", "return sorted(a, reverse=True)"),
    ],
)
def test_a_lost_call_or_argument_of_the_usual_kind_is_far_fetched(written: str, meant: str) -> None:
    assert meant in rare(written)
    assert meant not in bodies(written)


def test_a_lost_argument_is_a_variable_where_the_function_takes_one_more() -> None:
    assert {"return two(a, b)", "return two(b, a)"} <= set(rare("return two(a)", before=BEFORE))
    assert "return one(a, b)" not in rare("return one(a)", before=BEFORE)
