import pytest

from tddbot.generator.offline.expressions.components import BUILTINS, OPERATORS
from tddbot.generator.offline.expressions.expression import Expression, Leaf, values
from tddbot.generator.offline.expressions.forms import FILTER, MAP, SORTED
from tddbot.generator.offline.expressions.kinds import FAULT


def leaf(name):
    return Expression(Leaf(name), (), [], "any", 1, 1)


def constant(value):
    return Expression(Leaf(repr(value), value, True), (), [], "any", 1, 0)


def component(template, *parts):
    found = next(each for each in (*OPERATORS, *BUILTINS) if each.template == template)
    return Expression(found, parts, [], "any", 1, 1)


def form(kind, source, *bodies):
    return Expression(kind, (source, *bodies), [], "any", 1, 1, names=("x",))


LEN = component("len({0})", leaf("x"))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (component("({0}) * ({1})", component("({0}) + ({1})", leaf("a"), leaf("b")), leaf("c")), "(a + b) * c"),
        (component("({0}) + ({1})", leaf("a"), component("({0}) * ({1})", leaf("b"), leaf("c"))), "a + b * c"),
        (form(SORTED, leaf("words"), LEN), "sorted(words, key=len)"),
        (form(SORTED, leaf("words"), component("-({0})", LEN)), "sorted(words, key=lambda x: -len(x))"),
        (form(MAP, leaf("words"), LEN), "[len(x) for x in words]"),
        (component("sum({0})", form(MAP, leaf("words"), LEN)), "sum(len(x) for x in words)"),
        (
            component("sum({0})", form(MAP, leaf("words"), component("sum({0})", form(MAP, leaf("x"), LEN)))),
            "sum(sum(len(x) for x in x) for x in words)",
        ),
        (
            component("({0}) == ({1})", constant("ä()"), component("set({0})", form(MAP, leaf("words"), LEN))),
            "'ä()' == set(len(x) for x in words)",
        ),
        (component("len({0})", form(MAP, leaf("words"), LEN)), "len([len(x) for x in words])"),
        (component("range({0})", leaf("n")), "list(range(n))"),
        (component("sum({0})", component("range({0})", leaf("n"))), "sum(range(n))"),
        (form(MAP, component("range({0})", leaf("n")), leaf("x")), "[x for x in range(n)]"),
    ],
)
def test_it_is_written_as_python(expression, expected):
    assert expression.text == expected


def test_values_are_those_that_python_finds():
    expression = form(FILTER, leaf("rows"), component("({0}) > ({1})", leaf("x"), leaf("least")))
    rows, least = [[3, 8, 1], [], [5]], [2, 0, 9]
    assert values(expression, {"rows": rows, "least": least}, 3) == [[3, 8], [], []]


def test_what_fails_is_a_fault_of_that_input_alone():
    expression = component("({0}) / ({1})", leaf("a"), leaf("b"))
    assert values(expression, {"a": [4, 1], "b": [2, 0]}, 2) == [2.0, FAULT]


def test_a_body_that_fails_is_no_list():
    body = component("({0}) / ({1})", constant(1), leaf("x"))
    assert values(form(MAP, leaf("rows"), body), {"rows": [[1, 2], [1, 0]]}, 2) == [[1.0, 0.5], FAULT]
