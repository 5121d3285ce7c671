from tests.generator.offline.making import afters, bodies

LOOP = "def f(a):\n    n = 0\n    for x in a:\n        n += x\n"


def test_the_last_line_of_a_block_comes_out_of_it() -> None:
    assert f"{LOOP}    return n\n" in afters(f"{LOOP}        return n\n")


def test_the_only_line_of_a_block_stays() -> None:
    assert not [text for text in afters("def f(a):\n    for x in a:\n        return a\n") if "\n    return" in text]


def test_the_last_line_of_a_function_stays_in_it() -> None:
    assert all("\nreturn" not in text for text in afters("def f(a):\n    a()\n    return a\n"))


def test_a_line_that_follows_a_block_goes_into_it_but_no_return() -> None:
    head = "def f(a):\n    for x in a:\n        a(x)\n    "
    assert not [line for line in bodies("a.pop()", head=head) if line.startswith("    ")]
    assert not [line for line in bodies("return a", head=head) if line.startswith("    ")]


def test_a_branch_excludes_another_or_does_not() -> None:
    head = "def f(a, b):\n    if a: a()\n    "
    assert "elif b: b()" in bodies("if b: b()", head=head)
    assert "if b: b()" in bodies("elif b: b()", head=head)


def test_what_is_asked_once_is_asked_again_and_again() -> None:
    assert "while a: b()" in bodies("if a: b()")
    assert "if a: b()" in bodies("while a: b()")


def test_several_are_yielded_one_by_one_and_back() -> None:
    assert "yield from a" in bodies("yield a")
    assert "yield a" in bodies("yield from a")
