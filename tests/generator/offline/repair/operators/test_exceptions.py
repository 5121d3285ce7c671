from tests.generator.offline.making import bodies, common

TRY = "def f(a):\n    try:\n        a()\n    "


def test_another_exception_is_raised() -> None:
    assert bodies("raise KeyError(a)")[0] in ("raise LookupError(a)", "raise IndexError(a)")
    assert {"raise ValueError", "raise TypeError"} <= set(bodies("raise KeyError"))


def test_another_exception_is_caught() -> None:
    made = bodies("except KeyError as error: a = error", head=TRY)
    assert "except IndexError as error: a = error" in made


def test_the_exceptions_of_the_module_come_first() -> None:
    made = common("raise OSError(a)", before="class SizeError(Exception):\n    pass\n\n\n")
    assert made[0] == "raise SizeError(a)"


def test_what_is_raised_again_stays() -> None:
    assert not [line for line in bodies("raise a") if "Error" in line]
    assert bodies("raise") == []
