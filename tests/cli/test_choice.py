import pytest

from tddbot.cli.choice import chosen
from tddbot.cli.fix import from_root
from tddbot.domain import Ending, Outcome, Result, Run
from tddbot.errors import UsageError

RED = "tests/test_calc.py::test_add[../x]"
RESULTS = {RED: Result(RED, Outcome.FAILED)}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("test_calc.py", "tests/test_calc.py"),
        ("./test_calc.py", "tests/test_calc.py"),
        ("../tests/test_calc.py", "tests/test_calc.py"),
        ("test_calc.py::test_add[../x]", RED),
        ("../tests/test_calc.py::test_add[a::../test_calc.py]", "tests/test_calc.py::test_add[a::../test_calc.py]"),
        ("tests/test_calc.py", "tests/test_calc.py"),
        ("../", "."),
        (".", "tests"),
        ("unit/", "tests/unit"),
        ("test_none.py", "test_none.py"),
        ("../..", "../.."),
        ("::test_add", "::test_add"),
    ],
)
def test_names_are_taken_from_the_current_directory_first_and_then_from_the_root(tmp_path, name, meant):
    root = tmp_path / "project"
    here = root / "tests"
    (here / "unit").mkdir(parents=True)
    (here / "test_calc.py").write_text("")
    assert from_root(name, here, root) == meant


def test_an_absolute_path_is_a_name_too(tmp_path):
    (tmp_path / "test_calc.py").write_text("")
    assert from_root(f"{tmp_path}/test_calc.py::test_a", tmp_path, tmp_path) == "test_calc.py::test_a"


def test_a_name_that_selects_nothing_is_refused():
    with pytest.raises(UsageError, match="no test is called test_none"):
        chosen(Run("tree", RESULTS), ["test_none.py"])


def test_a_cancelled_run_refuses_no_name():
    assert chosen(Run("tree", {}, Ending.CANCELLED), ["tests/test_calc.py"]) == ()
