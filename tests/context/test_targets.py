import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.context.targets import targets
from tddbot.domain import Failure, Frame, Outcome, Result, Run

TEST = Frame("tests/test_a.py", 3, "test_x")


def red(node: str, kind="AssertionError", message="", frames=(TEST,), phase="call", outcome=Outcome.FAILED, text=""):
    return Result(node, outcome, failure=Failure(phase, kind, message, frames, text))


def clustered(*results: Result):
    run = Run("tree", {result.node_id: result for result in results})
    return [(target.cause, list(target.node_ids)) for target in targets(run, run.reds())]


def test_nothing_red_is_no_target():
    assert targets(Run("tree", {"t.py::a": Result("t.py::a", Outcome.PASSED)}), ["t.py::a", "t.py::gone"]) == ()


def test_only_the_wanted_in_the_order_of_the_run():
    run = Run("tree", {node: red(node) for node in ("t.py::c", "t.py::a", "t.py::b")})
    found = targets(run, {"t.py::b", "t.py::c", "t.py::unknown"})
    assert [target.node_ids for target in found] == [("t.py::c",), ("t.py::b",)]
    assert found[0].results == (run.results["t.py::c"],)


@pytest.mark.parametrize(
    ("kind", "message", "cause"),
    [
        ("ModuleNotFoundError", "No module named 'shapes'", "module `shapes` does not exist"),
        ("ModuleNotFoundError", "ModuleNotFoundError: No module named 'shapes'", "module `shapes` does not exist"),
        ("ModuleNotFoundError", "No module named 'a.b'; 'a' is not a package", "module `a.b` does not exist"),
        (
            "ImportError",
            "cannot import name 'area' from 'shapes' (/r/shapes.py)",
            "`area` is missing from module `shapes`",
        ),
        ("AttributeError", "module 'shapes' has no attribute 'area'", "`area` is missing from module `shapes`"),
        (
            "AttributeError",
            "<module 'shapes' from '/r/shapes.py'> has no attribute 'area'",
            "`area` is missing from module `shapes`",
        ),
        ("ImportError", "import error in shapes: No module named 'shapes'", "module `shapes` does not exist"),
        ("AttributeError", "'Stack' object has no attribute 'pop'. Did you mean: 'top'?", "`Stack.pop` does not exist"),
        ("AttributeError", "type object 'Stack' has no attribute 'of'", "`Stack.of` does not exist"),
        ("NameError", "name 'area' is not defined", "name `area` is not defined"),
    ],
)
def test_what_is_missing_is_the_cause_whoever_notices(kind, message, cause):
    frames = (TEST, Frame("shapes.py", 1, "one")), (TEST,)
    if kind == "NameError":
        frames = (frames[0], frames[0])
    results = [red(f"tests/test_{number}.py::t", kind, message, frames[number]) for number in range(2)]
    assert clustered(*results) == [(cause, ["tests/test_0.py::t", "tests/test_1.py::t"])]


def test_a_file_that_could_not_be_collected_shares_the_cause_of_a_test_that_imports_later():
    said = "ImportError while importing test module '/r/t.py'.\nE   ModuleNotFoundError: No module named 'shapes'"
    collect = red("tests/test_a.py", "CollectError", said, (), "collect", Outcome.ERROR)
    hidden = red("tests/test_b.py", "CollectError", "", (), "collect", Outcome.ERROR, text=said)
    late = red("tests/test_c.py::t", "ModuleNotFoundError", "No module named 'shapes'")
    assert clustered(collect, hidden, late) == [
        ("module `shapes` does not exist", ["tests/test_a.py", "tests/test_b.py", "tests/test_c.py::t"])
    ]


def test_an_attribute_of_a_builtin_type_is_an_ordinary_error():
    frames = (TEST, Frame("stack.py", 9, "pop"))
    (found,) = clustered(red("t.py::a", "AttributeError", "'NoneType' object has no attribute 'next'", frames))
    assert found[0] == "`pop` in stack.py raises AttributeError"


def test_words_in_an_assertion_are_not_a_missing_module():
    (found,) = clustered(red("t.py::a", message="assert \"No module named 'x'\" in text"))
    assert found[0] == "`a` in t.py fails"


def test_the_deepest_frame_in_the_projects_source_with_its_kind():
    deep = (
        TEST,
        Frame("stack.py", 5, "pop"),
        Frame("lib/python3.11/site-packages/x.py", 5, "y"),
        Frame("/usr/lib/python3.11/json.py", 1, "loads"),
    )
    assert clustered(
        red("t.py::a", "IndexError", frames=deep),
        red("u.py::b", "IndexError", frames=(TEST, Frame("stack.py", 7, "pop"))),
        red("t.py::c", "KeyError", frames=deep),
        red("t.py::d", "Timeout", frames=deep, outcome=Outcome.TIMEOUT),
    ) == [
        ("`pop` in stack.py raises IndexError", ["t.py::a", "u.py::b"]),
        ("`pop` in stack.py raises KeyError", ["t.py::c"]),
        ("`pop` in stack.py does not end in time", ["t.py::d"]),
    ]


def test_the_function_that_the_assertion_called():
    plain = "assert -1 == 3\n +  where -1 = add(1, 2)"
    dotted = (
        "assert -1 == 3\n +  where -1 = <function add at 0x7fa0>(1, 2)\n +    where <function add at 0x7fa0> = m.add"
    )
    built_in = "assert 1 == 0\n +  where 1 = len([-1])\n +    where [-1] = add(3)"
    method = "assert 3 == 0\n +  where 3 = size()\n +    where size = <stack.Stack object at 0x7fa0b5588a90>.size"
    assert clustered(
        red("t.py::a", message=plain), red("t.py::b", message=dotted), red("t.py::c", message=built_in),
        red("t.py::d", message=method), red("u.py::a", message=plain),
    ) == [
        ("`add` does not do what t.py expects", ["t.py::a", "t.py::b", "t.py::c"]),
        ("`Stack.size` does not do what t.py expects", ["t.py::d"]),
        ("`add` does not do what u.py expects", ["u.py::a"]),
    ]  # fmt: skip


def test_the_parameters_of_one_test_function_belong_together():
    assert clustered(red("d[1]/t.py::a[x::y]"), red("d[1]/t.py::b"), red("d[1]/t.py::a[[]]")) == [
        ("`a` in d[1]/t.py fails", ["d[1]/t.py::a[x::y]", "d[1]/t.py::a[[]]"]),
        ("`b` in d[1]/t.py fails", ["d[1]/t.py::b"]),
    ]


def test_a_fixture_that_fails_is_one_cause_for_all_that_use_it():
    frames = (Frame("tests/conftest.py", 4, "store"),)
    setup = [red(f"t.py::{name}", "OSError", frames=frames, phase="setup", outcome=Outcome.ERROR) for name in "ab"]
    assert clustered(*setup) == [("fixture `store` in tests/conftest.py fails", ["t.py::a", "t.py::b"])]


def test_a_source_file_that_does_not_parse():
    said = 'File "/r/src/brok.py", line 7\n    def f(:\n          ^\nSyntaxError: invalid syntax'
    frames = (TEST, Frame("src/brok.py", 7, "<module>"))
    collect = [red(f"test_{name}.py", "SyntaxError", said, frames, "collect", Outcome.ERROR) for name in "ab"]
    assert clustered(*collect) == [("brok.py has a syntax error in line 7", ["test_a.py", "test_b.py"])]
    (short,) = clustered(red("t.py::a", "SyntaxError", "invalid syntax (brok.py, line 7)"))
    assert short[0] == "brok.py has a syntax error in line 7"


def test_reds_without_a_failure():
    crashed, file = Result("t.py::a", Outcome.CRASHED), Result("t.py", Outcome.ERROR)
    assert clustered(crashed, file) == [("`a` in t.py crashes", ["t.py::a"]), ("t.py cannot be collected", ["t.py"])]


def test_ten_thousand_reds_with_deep_tracebacks_and_long_messages():
    frames = tuple(Frame(f"src/pkg/m{number}.py", number, "f") for number in range(30))
    message = "assert 1 == 2\n" + " +  where 1 = (2)\n" * 500
    results = [
        red(f"tests/test_{n % 50}.py::test_{n}", message=message, frames=frames[: n % 30]) for n in range(10_000)
    ]
    run = Run("tree", {result.node_id: result for result in results})
    found = targets(run, run.reds())
    assert sum(len(target.results) for target in found) == 10_000


FAILURES = st.none() | st.builds(
    Failure,
    st.sampled_from(["collect", "setup", "call", "teardown"]),
    st.sampled_from(["AssertionError", "ImportError", "AttributeError", "NameError", "SyntaxError", ""]),
    st.text(max_size=30) | st.sampled_from(["No module named 'a'", "name 'x' is not defined", "where 1 = f("]),
    st.lists(
        st.builds(Frame, st.sampled_from(["a.py", "/a.py", "t/test_a.py", ""]), st.just(1), st.just("f")), max_size=3
    ).map(tuple),
)
RESULTS = st.lists(
    st.builds(
        Result,
        st.text(min_size=1, max_size=8) | st.sampled_from(["t.py", "t.py::a"]),
        st.sampled_from(Outcome),
        st.just(0.0),
        FAILURES,
    )
)


@given(RESULTS, st.data())
def test_targets_are_a_partition_of_the_wanted_reds_in_the_order_of_the_run(results, data):
    run = Run("tree", {result.node_id: result for result in results})
    wanted = data.draw(st.sets(st.sampled_from(list(run.results)))) if results else set()
    found = targets(run, wanted)
    firsts = [target.node_ids[0] for target in found]
    assert sorted(node for target in found for node in target.node_ids) == sorted(wanted & set(run.reds()))
    assert firsts == sorted(firsts, key=list(run.results).index)
    assert found == targets(run, wanted)
    assert all(target.cause and target.results for target in found)
