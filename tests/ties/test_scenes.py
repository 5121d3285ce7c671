import ast

import pytest

from tddbot.ties.scenes import Scene, calls, scenes, seen_again

MODULE = ast.parse("import math\nclass Stack: pass\nSIZE = 3\ndef helper(): pass\n")


def found(test: str, owner: str = "Stack") -> list[str]:
    return [scene.expression for scene in scenes(test, owner, MODULE)]


def scene(*steps: str, maker: str = "Stack()") -> str:
    *before, told = steps
    return Scene(maker, tuple(before), told).expression


def test_what_a_test_asserts_of_an_object_is_told_after_its_steps() -> None:
    text = "def test_it():\n    s = Stack()\n    s.push(1)\n    assert s.pop() == 1\n    assert len(s) == 0\n"
    told = found(text)
    assert scene("it.push(1)", "it.pop()") in told
    assert scene("it.push(1)", "len(it)") in told


def test_scenes_come_with_steps_left_out_and_done_twice_the_shortest_first() -> None:
    told = found("def test_it():\n    s = Stack()\n    s.push(1)\n    assert s.pop() == 1\n")
    assert told[0] == scene("it.pop()")
    assert scene("it.push(1)", "it.push(1)", "it.pop()") in told
    assert scene("it.push(1)", "it.pop()", "it.pop()") in told


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("def test_it():\n    assert stacks.Stack(2).size == 2\n", scene("it.size", maker="Stack(2)")),
        ("def test_it():\n    assert Stack.of([1]).pop() == 1\n", scene("it.pop()", maker="Stack.of([1])")),
        ("def test_it():\n    s = Stack()\n    assert 3 in s\n", scene("3 in it")),
        ("def test_it():\n    s = Stack()\n    assert s[0] == 1\n", scene("it[0]")),
        ("def test_it():\n    s = Stack()\n    with pytest.raises(KeyError):\n        s.pop()\n", scene("it.pop()")),
        ("def test_it():\n    s = Stack()\n    top = s.pop()\n    assert top == 1\n", scene("it.pop()")),
        ("class TestIt:\n    def test_it(self):\n        s = Stack()\n        assert s.pop()\n", scene("it.pop()")),
        (
            "@pytest.fixture\ndef full():\n    return Stack([1])\n\ndef test_it(full):\n    assert full.pop() == 1\n",
            scene("it.pop()", maker="Stack([1])"),
        ),
        (
            "@pytest.mark.parametrize(('n', 'm'), [(5, 6)])\ndef test_it(n, m):\n    s = Stack(n)\n    assert s.f(m)\n",
            scene("it.f(6)", maker="Stack(5)"),
        ),
        (
            "@pytest.mark.parametrize('n', [7, pytest.param(8)])\ndef test_it(n):\n    assert Stack(n).f()\n",
            scene("it.f()", maker="Stack(8)"),
        ),
    ],
)
def test_many_ways_to_make_and_tell_are_read(test: str, expected: str) -> None:
    assert expected in found(test)


@pytest.mark.parametrize(
    "test",
    [
        "def test_it(): this is no Python",
        "def test_it():\n    s = Stack(unknown)\n    assert s.pop()\n",
        "def test_it():\n    s = Stack()\n    assert s.pop(unknown)\n",
        "def test_it():\n    s = Other()\n    assert s.pop()\n",
        "def test_it(s):\n    assert s.pop()\n",
        "def test_it():\n    s = Stack()\n    assert s\n",
        "@pytest.mark.parametrize(NAMES, ROWS)\ndef test_it(s):\n    assert Stack(s).pop()\n",
        "@pytest.mark.parametrize\ndef test_it(s):\n    assert Stack(s).pop()\n",
    ],
)
def test_what_the_module_could_not_evaluate_is_no_scene(test: str) -> None:
    assert found(test) == []


def test_a_test_that_nests_deeply_has_none() -> None:
    assert found(f"def test_it():\n    s = Stack()\n    assert s.f({' + '.join('1' * 900)})\n") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("assert helper(3) == 1", ["helper(3)"]),
        ("assert stacks.helper(Stack([1]), SIZE) == 1", ["helper(Stack([1]), SIZE)"]),
        ("assert [helper(1), helper(x=2)]", ["helper(1)", "helper(x=2)"]),
        ("assert helper(unknown)", []),
        ("assert other(3)", []),
        ("assert helper(n) == m", ["helper(5)", "helper(6)"]),
    ],
)
def test_calls_are_read_off_a_test(line: str, expected: list[str]) -> None:
    table = "@pytest.mark.parametrize('n, m', [(5, 1), (6, 2)])\n" if "(n)" in line else ""
    assert calls(f"{table}def test_it(n, m):\n    {line}\n", "helper", MODULE) == expected


def test_scenes_are_few_whatever_the_test_holds() -> None:
    lines = "".join(f"    s.push({number})\n    assert s.pop({number})\n" for number in range(200))
    assert len(found(f"def test_it():\n    s = Stack()\n{lines}")) == 60


def test_an_expression_that_is_a_scene_is_seen_again() -> None:
    whole = Scene("Stack([1, 2])", ("it.push(3)", "it.push(4)"), "it.pop()")
    assert seen_again(whole.expression) == whole
    assert seen_again(Scene("Stack()", (), "it.size").expression) == Scene("Stack()", (), "it.size")
    assert seen_again("f(1)") is None
    assert seen_again("(lambda x: x)(1)") is None
