"""A laboratory of one module, evaluated in this process: for functions that the tests themselves define."""

import ast
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tddbot.budget import Budget, Ledger
from tddbot.domain import Brief, Candidate, Edit, Excerpt, Outcome, Patch, Result, Role, Target
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.lab import Answer, Call, Example, Lab, Relation, Screened
from tddbot.ports import ProposalRequest, Rung
from tddbot.stop import Stop

PATH = "calc.py"
TEST = "tests/test_calc.py"
NODE = f"{TEST}::test_it"
IMPORTS = "import pytest\n\nfrom calc import f\n"


@dataclass
class InProcessLab:
    """Knows the module's text and the calls that tests lead to; `direct` are arguments that tests give themselves."""

    text: str
    recorded: Sequence[str] = ()
    direct: Sequence[str] = ()
    fault: str = ""
    asked: list[str] = field(default_factory=list)

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        return iter(())

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        self.asked.extend(expressions)
        texts = [patch.edits[0].after if patch else self.text for patch in patches]
        return () if stop.is_set() else tuple(answers(text or "", expressions) for text in texts)

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:
        found = [self._call(each) for each in self.recorded]
        return tuple(call for call in found if call.function in functions)

    def examples(self, path: str, function: str, stop: Stop, patch: Patch | None = None) -> tuple[Example, ...]:
        return tuple(Example(NODE, 1, (each,), (), Relation.EQUAL, "0") for each in self.direct)

    def _call(self, expression: str) -> Call:
        node = ast.parse(expression, mode="eval").body
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
            function = f"{ast.unparse(node.func.value.func)}.{node.func.attr}"
        else:
            function = ast.unparse(node.func)
        answer = answers(self.text, [expression])[0]
        return Call(PATH, function, (), expression, answer, NODE)


def answers(text: str, expressions: Sequence[str]) -> tuple[Answer, ...]:
    module = types.ModuleType("calc")
    exec(compile(text, PATH, "exec"), module.__dict__)
    return tuple(_answer(each, module) for each in expressions)


def _answer(expression: str, module: types.ModuleType) -> Answer:
    try:
        value = eval(expression, module.__dict__)
    except Exception as error:
        return Answer(type(error).__name__, raised=True, plain=False)
    try:
        ast.literal_eval(repr(value))
    except (ValueError, SyntaxError):
        return Answer(type(value).__name__, plain=False)
    return Answer(repr(value))


def inquiry(text: str, lab: Lab | None, test: str = IMPORTS, node: str = NODE) -> Inquiry:
    """An inquiry into one module and one red test, which ran all of it."""
    target = Target("calc", (Result(node, Outcome.FAILED),))
    excerpts = (Excerpt(TEST, test, Role.TEST), Excerpt(PATH, text, Role.SOURCE))
    lines = frozenset(range(1, len(text.splitlines()) + 1))
    request = ProposalRequest(Brief(target, excerpts, {PATH: lines}), Rung("offline", "offline"), lab=lab)
    return Inquiry(request, Ledger(Budget()), Stop())


def passers(before: str, *afters: str) -> list[Candidate]:
    """Candidates, likeliest first; each note is the text that it makes."""
    return [Candidate(Patch((Edit(PATH, before, after),)), "offline repair", after) for after in afters]


def cleaned(of: Inquiry, secret: str) -> Inquiry:
    """The inquiry where a secret is known."""
    request = replace(of.request, clean=lambda text: text.replace(secret, "[secret]"))
    return replace(of, request=request)
