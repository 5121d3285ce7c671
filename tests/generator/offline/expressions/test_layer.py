"""The layer over a laboratory that knows what the tests demand, and lets pass what the test says."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tddbot.budget import Budget, Ledger
from tddbot.domain import Brief, Candidate, Dud, Edit, Excerpt, Kind, Outcome, Patch, Result, Role, Target
from tddbot.generator.offline.expressions.layer import expressions
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.lab import Answer, Call, Example, Fate, Relation, Screened
from tddbot.ports import ProposalRequest, Rung
from tddbot.stop import Stop

TEST = "tests/test_it.py"
NODE = f"{TEST}::test_it"
STUB = '"""Doc."""\n\n\ndef area(width, height):\n    """Say."""\n    raise NotImplementedError\n'
PRODUCTS = [((2, 3), 6), ((5, 4), 20), ((1, 7), 7), ((6, 3), 18)]


@dataclass
class ExamplesLab:
    """`demands` by function; a patch passes where `passes` says so."""

    demands: dict[str, Sequence[Example]]
    passes: Callable[[Patch], bool] = lambda patch: True
    fault: str = ""

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        for patch in patches:
            yield Screened(patch, Fate.PASSED if self.passes(patch) else Fate.RED)

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        return ()

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:
        return ()

    def examples(self, path: str, function: str, stop: Stop, patch: Patch | None = None) -> tuple[Example, ...]:
        return tuple(self.demands.get(function, ()))


def demand(*pairs, relation=Relation.EQUAL):
    return [Example(NODE, 1, tuple(map(repr, given)), (), relation, repr(wanted)) for given, wanted in pairs]


def inquiry(text, lab, *more):
    target = Target("it", (Result(NODE, Outcome.FAILED),))
    test = Excerpt(TEST, "from shapes import area\n", Role.TEST)
    excerpts = (Excerpt("shapes.py", text, Role.SOURCE), *more, test)
    request = ProposalRequest(Brief(target, excerpts), Rung("offline", "offline", width=9), lab=lab)
    return Inquiry(request, Ledger(Budget()), Stop())


def test_no_example_with_a_secret_is_varied():
    secret = "key-1234"
    words = [((word,), word.upper()) for word in ("ab", "cde", "fghi", secret)]
    asked = inquiry("def area(word):\n    raise NotImplementedError\n", ExamplesLab({"area": demand(*words)}))
    asked.request = replace(asked.request, clean=lambda text: text.replace(secret, "[secret]"))
    assert list(expressions(asked)) == []
    assert asked.reasons == ["area is called with what no model may see"]


def test_a_stub_is_filled():
    asked = inquiry(STUB, ExamplesLab({"area": demand(*PRODUCTS)}))
    (proposal,) = expressions(asked)
    assert isinstance(proposal, Candidate)
    assert proposal.kind is Kind.FIX
    assert proposal.patch.edits == (
        Edit("shapes.py", STUB, STUB.replace("raise NotImplementedError", "return width * height")),
    )
    assert "width * height" in proposal.note


def test_what_the_tests_do_not_let_pass_is_not_offered():
    asked = inquiry(STUB, ExamplesLab({"area": demand(*PRODUCTS)}, passes=lambda patch: False))
    assert list(expressions(asked)) == []
    assert "does not pass" in asked.reasons[0]


def test_all_functions_of_a_scaffold_are_solved_or_none_is():
    text = (
        "def area(width, height):\n    raise NotImplementedError\n\n\ndef edge(width):\n    raise NotImplementedError\n"
    )
    demands = {"area": demand(*PRODUCTS), "edge": demand(((4,), 8), ((15,), 30), ((7,), 14))}
    asked = inquiry("x = 1\n", ExamplesLab(demands))
    asked.scaffold = Candidate(Patch((Edit("new.py", None, text),)), "scaffold", kind=Kind.SCAFFOLD)
    (proposal,) = expressions(asked)
    assert isinstance(proposal, Candidate)
    (edit,) = proposal.patch.edits
    assert (edit.path, edit.before) == ("new.py", None)
    assert edit.after.count("return") == 2

    asked = inquiry("x = 1\n", ExamplesLab({"area": demands["area"]}))
    asked.scaffold = Candidate(Patch((Edit("new.py", None, text),)), "scaffold", kind=Kind.SCAFFOLD)
    assert list(expressions(asked)) == []
    assert asked.reasons == ["edge has no example: 3 are the fewest"]


def test_a_tie_is_a_question_with_a_test_for_each_answer():
    text = "def area(items):\n    pass\n"
    pairs = [(([1, 5],), 5), (([2, 3, 9],), 9), (([4],), 4), (([0, 7, 30, 41],), 41)]
    asked = inquiry(text, ExamplesLab({"area": demand(*pairs)}))
    (proposal,) = expressions(asked)
    assert isinstance(proposal, Dud)
    question = proposal.question
    assert question is not None
    assert question.path == TEST
    assert len({option.patch.id for option in question.options}) == len(question.options) == 2
    assert len({option.test for option in question.options}) == 2
    for option in question.options:
        assert option.test.startswith(f"assert {question.call} == ")
        ast.parse(option.test)


def reason(text, demands, *more):
    asked = inquiry(text, ExamplesLab(demands), *more)
    assert list(expressions(asked)) == []
    return "".join(asked.reasons)


def test_what_it_is_not_for_is_handed_over_at_once():
    two = Excerpt("other.py", STUB, Role.SOURCE)
    method = "class A:\n    def area(self, width):\n        pass\n"
    raising = [*demand(*PRODUCTS), Example(NODE, 1, ("0", "0"), (), Relation.RAISES, "ValueError")]
    assert reason(STUB, {"area": demand(*PRODUCTS[:1])}) == "area has 1 example: 3 are the fewest"
    assert reason(STUB, {"area": demand(*PRODUCTS[:2])}) == "area has 2 examples: 3 are the fewest"
    assert reason(STUB, {"area": raising}) == "area is to raise an exception"
    assert reason(STUB, {"area": demand(*PRODUCTS, ((2, 3), 7))}) == "area has two answers to one call"
    assert "several files" in reason(STUB, {"area": demand(*PRODUCTS)}, two)
    assert "method" in reason(method, {})
    assert reason("x = 1\n", {}) == ""


def test_what_was_found_and_is_not_believed_is_told_as_code_with_what_to_do_about_it():
    counted = demand((([1, 2, 2],), 0), (([7, 3],), 0), (([9],), 1), (([5, 5, 5],), 1))
    said = reason("def area(items):\n    pass\n", {"area": counted})
    assert re.fullmatch(r"area: the likeliest expression, `.*`, needs more examples than these to be believed", said)
    odd = demand(((2, "x" * 3), "frog"), ((7, "b"), "lamp"), ((9, "c"), "sun"))
    assert reason(STUB, {"area": odd}) == "area: no expression that satisfies all examples was found in time"


def test_truths_need_eight_cases():
    few = demand(*(((n, n), n > 3) for n in range(7)))
    assert "8 are the fewest" in reason(STUB, {"area": few})


def test_without_a_laboratory_nothing_is_looked_for():
    asked = inquiry(STUB, None)
    assert list(expressions(asked)) == []
    assert asked.reasons == []
