"""The project's own checks beside the proof: what is asked, how often, and what it does to the verdict."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from tddbot.domain import Candidate, Conclusion, Edit, Outcome, Patch, Ruling
from tddbot.gating import gated
from tddbot.loop import cycle
from tddbot.ports import ToolRequest, ToolRun
from tddbot.proof import Gate
from tddbot.stop import Stop
from tddbot.work import Work
from tests.fakes import House, Script, always, candidate, green_if, policy
from tests.test_work import work as work_on

RED = "tests/test_a.py::test_red"
WRONG, RIGHT = "import os\n\nanswer = 41\n", "import os\n\nanswer = 42\n"
SLOPPY = "import sys\nimport os\n\nanswer = 42\n"
SETTINGS = "[tool.ruff]\n[tool.mypy]\n"


def house(settings: str = SETTINGS, scripts: Iterable[Script] = (), **more: str) -> House:
    contents = {"a.py": WRONG, "pyproject.toml": settings, **more}
    tests = {RED: green_if("a.py", "42"), "tests/test_b.py::test_far": always(Outcome.PASSED)}
    return House(contents, tests, scripts)


def unused(path: str, name: str, line: int) -> dict[str, object]:
    return {"filename": f"/r/{path}", "code": "F401", "message": f"`{name}` unused", "location": {"row": line}}


def imports(one: House) -> Callable[[ToolRequest], ToolRun]:
    """A Ruff to which every import is unused, and a mypy that is content."""

    def answer(request: ToolRequest) -> ToolRun:
        if request.module == "mypy":
            return ToolRun("", 0)
        texts = dict(one.repository.trees[request.snapshot.tree])
        texts.update({edit.path: edit.after or "" for edit in request.patch.edits} if request.patch else {})
        found = [
            unused(path, line.removeprefix("import "), number)
            for path in request.arguments
            if path in texts
            for number, line in enumerate(texts[path].splitlines(), 1)
            if line.startswith("import ")
        ]
        return ToolRun(json.dumps(found), 1 if found else 0)

    return answer


def ready(one: House, answer: Callable[[ToolRequest], ToolRun] | None = None, **gates: str) -> Work:
    one.runner.tool_answer = answer or imports(one)
    return work_on(one, replace(policy(), gates=gates))


def test_where_nothing_is_configured_no_process_is_started():
    one = house("")
    assert gated(ready(one), candidate("a.py", WRONG, SLOPPY)) == ()
    assert one.runner.tools == []


def test_only_what_the_patch_brought_is_found():
    one = house()
    assert gated(ready(one, ruff="veto"), candidate("a.py", WRONG, SLOPPY)) == (
        Gate("ruff", ("a.py:1: F401 `sys` unused",), may_veto=True),
        Gate("mypy"),
    )
    assert [(request.module, request.patch is None) for request in one.runner.tools] == [
        ("ruff", False), ("ruff", True), ("mypy", False),
    ]  # fmt: skip


def test_how_it_was_before_is_asked_once_for_all_candidates_and_only_where_there_are_findings():
    one = house()
    work = ready(one, mypy="off")
    first, second = (gated(work, candidate("a.py", WRONG, text)) for text in (SLOPPY, RIGHT))
    gated(work, candidate("a.py", WRONG, SLOPPY))
    assert (first, second) == ((Gate("ruff", ("a.py:1: F401 `sys` unused",)),), (Gate("ruff"),))
    assert [request.patch is None for request in one.runner.tools] == [False, True, False, False]


def test_a_new_file_had_no_findings_and_a_deleted_one_has_none():
    one = house(**{"b.py": "import re\n"})
    edits = (Edit("c.py", None, "import sys\n"), Edit("b.py", "import re\n", None))
    [gate] = gated(ready(one, mypy="off"), Candidate(Patch(edits), "script"))
    assert gate.findings == ("c.py:1: F401 `sys` unused",)
    [request] = one.runner.tools
    assert request.arguments[-2:] == ("--", "c.py")


def test_what_is_asked_is_bounded_and_protected_like_a_run():
    one = house()
    work = ready(one)
    gated(replace(work, policy=replace(work.policy, gate_seconds=7.0, protected=("a*",))), candidate("a.py", WRONG, ""))
    assert {(request.seconds, request.protected, request.lane) for request in one.runner.tools} == {
        (7.0, ("a*",), work.target.id)
    }


@pytest.mark.parametrize("fault", [ToolRun(fault="it took too long"), ToolRun("", 2), ToolRun("", 1)])
def test_a_check_that_cannot_run_says_so_once_and_vetoes_nothing(fault):
    one = house()
    work = ready(one, lambda request: fault, ruff="veto", mypy="off")
    for _ in range(2):
        [gate] = gated(work, candidate("a.py", WRONG, SLOPPY))
        assert gate.fault
        assert not gate.vetoes
    assert len(one.runner.tools) == 2


def test_a_check_that_fails_with_the_patch_alone_vetoes_nothing():
    one = house()
    found = imports(one)
    work = ready(one, lambda request: ToolRun(fault="it crashed") if request.patch else found(request), ruff="veto")
    assert gated(work, candidate("a.py", WRONG, SLOPPY))[0] == Gate("ruff", fault="it crashed", may_veto=True)


def test_a_check_that_cannot_run_does_not_veto_a_change_of_its_configuration_either():
    one = house()
    edits = (Edit("a.py", WRONG, SLOPPY), Edit("ruff.toml", None, ""))
    work = ready(one, lambda request: ToolRun(fault="it is not there"), ruff="veto", mypy="off")
    assert gated(work, Candidate(Patch(edits), "script")) == (Gate("ruff", fault="it is not there", may_veto=True),)


def test_what_did_not_parse_before_cannot_be_compared():
    one = house()
    broken = ToolRun(json.dumps([{**unused("a.py", "x", 1), "code": None}]), 1)
    work = ready(one, lambda request: broken, ruff="veto", mypy="off")
    [gate] = gated(work, candidate("a.py", WRONG, SLOPPY))
    assert "did not parse before" in gate.fault


def test_a_search_that_was_ended_asks_nothing_and_keeps_no_answer():
    one = house()
    work = ready(one, mypy="off")
    ended = replace(work, stop=Stop())

    def cancelled(request: ToolRequest) -> ToolRun:
        ended.stop.set()
        return ToolRun(fault="it was cancelled")

    one.runner.tool_answer = cancelled
    gated(ended, candidate("a.py", WRONG, SLOPPY))
    assert gated(ended, candidate("a.py", WRONG, SLOPPY)) == ()
    assert len(one.runner.tools) == 1
    one.runner.tool_answer = imports(one)
    assert gated(work, candidate("a.py", WRONG, SLOPPY))[0].findings


def test_a_configuration_of_its_own_is_a_call_of_its_own_and_one_gate():
    one = house("[tool.mypy]\n", **{"one/mypy.ini": "", "one/b.py": "b = 1\n"})
    edits = (Edit("a.py", WRONG, RIGHT), Edit("one/b.py", "b = 1\n", "b = 2\n"))

    def answer(request: ToolRequest) -> ToolRun:
        path = request.arguments[-1]
        return ToolRun(f"{path}:1: error: No  [misc]\n", 1) if request.patch else ToolRun("", 0)

    [gate] = gated(ready(one, answer), Candidate(Patch(edits), "script"))
    assert gate.findings == ("a.py:1: misc No", "one/b.py:1: misc No")
    assert len(one.runner.tools) == 4


def test_a_patch_is_checked_by_the_configuration_that_the_user_has():
    one = house()
    edits = (Edit("a.py", WRONG, SLOPPY), Edit(".ruff.toml", None, "lint.select = []\n"))
    [gate, _] = gated(ready(one, ruff="veto"), Candidate(Patch(edits), "script"))
    assert gate.findings == (
        ".ruff.toml: configuration the patch changes how it is checked",
        "a.py:1: F401 `sys` unused",
    )
    assert [request.patch and request.patch.paths for request in one.runner.tools][:2] == [("a.py",), None]


def test_a_veto_sends_the_candidate_back_with_its_findings_and_the_next_one_wins():
    one = house(scripts=[[candidate("a.py", WRONG, SLOPPY)], [candidate("a.py", WRONG, RIGHT)]])
    one.runner.tool_answer = imports(one)
    rules = replace(policy(rounds=2, width=1), gates={"ruff": "veto", "mypy": "off"})
    _, [resolution] = cycle(one.ports, rules, lambda run: run.reds(), Stop())
    first, second = (attempt for _, attempt in one.store.attempts)
    assert (first.verdict.ruling, first.verdict.reasons) == (Ruling.GATED, ("ruff: a.py:1: F401 `sys` unused",))
    assert second.verdict.ruling is Ruling.ACCEPTED
    assert resolution.conclusion is Conclusion.FIXED
    assert one.repository.contents["a.py"] == RIGHT
    assert one.generator.asked[1].history[0].verdict.reasons == first.verdict.reasons


def test_what_only_warns_goes_into_the_record():
    one = house(scripts=[[candidate("a.py", WRONG, SLOPPY)]])
    one.runner.tool_answer = imports(one)
    _, [resolution] = cycle(one.ports, policy(), lambda run: run.reds(), Stop())
    assert resolution.conclusion is Conclusion.FIXED
    [evidence] = one.store.evidence
    assert evidence.gates == (Gate("ruff", ("a.py:1: F401 `sys` unused",)), Gate("mypy"))
