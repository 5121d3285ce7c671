"""The layer as a whole: when it proposes, what, and how it goes on with what is missing yet."""

from dataclasses import replace

import pytest

from tddbot.domain import Attempt, Failure, Kind, Ruling, Verdict
from tddbot.lab import Red
from tests.generator.offline.scaffold.making import AnsweringLab, inquiry, made, no_attribute, no_module, no_name, texts

ROMAN = """\
import pytest

from textkit.roman import to_roman


@pytest.mark.parametrize(("number", "numeral"), [(1, "I"), (4, "IV")])
def test_numerals(number, numeral):
    assert to_roman(number) == numeral
"""


def test_a_missing_module_is_scaffolded_and_kept_for_others() -> None:
    asked = inquiry(ROMAN, no_module("textkit.roman"), {"textkit/__init__.py": ""}, ["textkit/roman.py"])
    candidate = made(asked)
    assert candidate is not None
    assert candidate is asked.scaffold
    assert candidate.kind is Kind.SCAFFOLD
    assert candidate.note == "scaffolded: textkit/roman.py with to_roman(number: int) -> str"
    (edit,) = candidate.patch.edits
    assert edit.before is None
    assert edit.after == (
        '"""Not written yet."""\n\n\ndef to_roman(number: int) -> str:\n'
        '    raise NotImplementedError("to_roman is not written yet")\n'
    )


def test_a_package_that_is_new_gets_its_init() -> None:
    made_of = texts(inquiry(ROMAN, no_module("textkit"), missing=["src/textkit/roman.py"]))
    assert sorted(made_of) == ["src/textkit/__init__.py", "src/textkit/roman.py"]


def test_in_a_later_round_it_is_not_proposed_again_but_still_known() -> None:
    asked = inquiry(ROMAN, no_module("textkit"), missing=["textkit/roman.py"])
    first = made(asked)
    assert first is not None
    tried = Attempt(first, None, Verdict(Ruling.OFFERED))
    again = inquiry(ROMAN, no_module("textkit"), missing=["textkit/roman.py"], history=[tried])
    assert made(again) is None
    assert again.scaffold == first


@pytest.mark.parametrize(
    "failure",
    [
        Failure("call", "AssertionError", "assert 1 == 2"),
        Failure("call", "AttributeError", "'NoneType' object has no attribute 'x'"),
    ],
)
def test_what_is_red_for_something_else_is_left_to_others(failure: Failure) -> None:
    asked = inquiry("from shop import f\n\ndef test():\n    assert f() == 2\n", failure, {"shop.py": "f = g = len\n"})
    assert made(asked) is None
    assert asked.scaffold is None
    assert asked.reasons == []


def test_all_that_the_tests_use_and_nobody_defines_comes_at_once() -> None:
    test = "import shop\nfrom shop import first\n\ndef test():\n    assert first(1) == shop.second('a')\n"
    after = texts(inquiry(test, no_name("shop", "first"), {"shop.py": "def third():\n    return 3\n"}))["shop.py"]
    assert after.startswith("def third():\n    return 3\n\n\ndef first(a: int):\n")
    assert "def second(a: str):" in after


def test_what_is_missing_yet_in_the_laboratory_is_added() -> None:
    def reds(files: dict[str, str]) -> list[Red]:
        return (
            []
            if "def name" in files["shop.py"]
            else [Red("t", "AttributeError", "'Cart' object has no attribute 'name'")]
        )

    lab = AnsweringLab(reds)
    test = "from shop import Cart, of\n\ndef test():\n    assert of(Cart()).total() == 1\n"
    after = texts(inquiry(test, no_module("shop"), missing=["shop.py"], lab=lab))["shop.py"]
    assert len(lab.asked) == 2
    assert "    def name(self)" in after


def test_what_is_called_otherwise_in_the_laboratory_takes_any_arguments() -> None:
    def reds(files: dict[str, str]) -> list[Red]:
        message = "f() takes 1 positional argument but 2 were given"
        return [] if "*args" in files["shop.py"] else [Red("t", "TypeError", message)]

    test = "from shop import f\n\ndef test():\n    assert f(1) == 2\n"
    after = texts(inquiry(test, no_module("shop"), missing=["shop.py"], lab=AnsweringLab(reds)))["shop.py"]
    assert "def f(*args, **kwargs) -> int:" in after


def test_a_misspelt_name_is_told_and_not_made() -> None:
    test = "from shop import Line\n\ndef test():\n    assert Line(1).lenght == 3\n"
    source = "class Line:\n    def __init__(self, a):\n        self.length = a\n"
    asked = inquiry(test, no_attribute("Line", "lenght"), {"shop.py": source})
    assert made(asked) is None
    assert asked.reasons == ["the tests use lenght; Line defines length"]


@pytest.mark.parametrize(
    ("name", "path"), [("requests", "requests.py"), ("tomllib", "tomllib.py"), ("yaml", "src/yaml.py")]
)
def test_a_library_that_is_not_installed_is_not_written(name: str, path: str) -> None:
    asked = inquiry(f"import {name}\n\ndef test():\n    {name}.get('x')\n", no_module(name), missing=[path])
    assert made(asked) is None
    assert asked.reasons == [f"{path} would stand for a library that is not installed"]


def test_protected_files_are_never_touched() -> None:
    asked = inquiry(
        "from shop import f\n\ndef test():\n    f()\n",
        no_name("shop", "f"),
        {"shop.py": "x = 1\n"},
        protected=["shop.py"],
    )
    assert made(asked) is None
    assert asked.reasons == ["shop.py may not be changed"]


def test_a_name_that_the_test_file_itself_lacks_is_its_authors_affair() -> None:
    failure = Failure("call", "NameError", "name 'total' is not defined")
    asked = inquiry("def test():\n    assert total([1]) == 1\n", failure, {"shop.py": "x = 1\n"})
    assert made(asked) is None
    assert asked.reasons == ["nobody sees where total is used"]


def test_a_name_that_a_source_lacks_is_made_from_how_the_source_uses_it() -> None:
    failure = Failure("call", "NameError", "name 'rate_of' is not defined")
    source = "def price(net, land):\n    return net * rate_of(land, base=2)\n"
    after = texts(inquiry("from shop import price\n\ndef test():\n    price(1, 'x')\n", failure, {"shop.py": source}))
    assert after["shop.py"].startswith(source + "\n\ndef rate_of(land, base: int):\n")


def test_an_import_that_a_source_lacks_is_told_and_not_made_up() -> None:
    failure = Failure("call", "NameError", "name 're' is not defined")
    source = "def f(text):\n    return re.sub('a', 'b', text)\n"
    asked = inquiry("from shop import f\n\ndef test():\n    f('x')\n", failure, {"shop.py": source})
    assert made(asked) is None
    assert asked.reasons == ["shop.py uses re without importing it"]


def test_what_a_test_wants_to_be_missing_stays_missing() -> None:
    test = (
        "import pytest\nimport shop\n\ndef test():\n    assert shop.f(1) == 2\n"
        "    with pytest.raises(AttributeError):\n        shop.g(2)\n"
    )
    asked = inquiry(
        test, Failure("call", "AttributeError", "module 'shop' has no attribute 'f'"), {"shop.py": "x = 1\n"}
    )
    after = texts(asked)["shop.py"]
    assert "def f(a: int) -> int:" in after
    assert "def g" not in after


def test_no_means_no_scaffold() -> None:
    asked = inquiry(ROMAN, no_module("textkit"), missing=["textkit/roman.py"])
    asked.stop.set()
    assert made(asked) is None


def test_a_file_that_does_not_parse_is_no_error() -> None:
    asked = inquiry("from shop import f\n", no_name("shop", "f"), {"shop.py": "def (:\n"})
    result = replace(asked.request.brief.target.results[0])
    assert result.failure is not None
    after = texts(asked)
    assert all(text.startswith("def (:\n") for text in after.values())
