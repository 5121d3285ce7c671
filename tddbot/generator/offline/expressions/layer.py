"""The layer: stubs whose tests give enough examples get a body of one expression, if the gate lets one out."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tddbot.domain import Candidate, Dud, Edit, Kind, Option, Patch, Proposal, Question, Role
from tddbot.generator.offline.expressions.clock import Clock
from tddbot.generator.offline.expressions.expression import Expression, values
from tddbot.generator.offline.expressions.gate import misses_the_point, refusal, rivals, strangeness
from tddbot.generator.offline.expressions.goal import Goal
from tddbot.generator.offline.expressions.helpers import Desk
from tddbot.generator.offline.expressions.kinds import FAULT, weight
from tddbot.generator.offline.expressions.prior import constants
from tddbot.generator.offline.expressions.probes import probes
from tddbot.generator.offline.expressions.reading import goal_of
from tddbot.generator.offline.expressions.search import Search
from tddbot.generator.offline.expressions.stubs import Stub, filled, stubs
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.lab import Example
from tddbot.ties.pasted import pasted
from tddbot.ties.values import written

NAME = "offline expressions"

_SECONDS = 1.0
_MOST_FUNCTIONS = 3
_BESIDE = 4
_SEARCHED = 6
_SEARCHED_TRUTHS = 12
_COMPARED = 400
"""Of the examples, the lightest so many are searched with and the others only held against what is found; on so many
inputs more, two expressions are compared before one is taken for the other."""


@dataclass(frozen=True)
class Page:
    """A file with stubs, as it is with what was scaffolded."""

    path: str
    before: str | None
    text: str
    encoding: str
    stubs: tuple[Stub, ...]


@dataclass(frozen=True)
class Solved:
    """What came of one stub: an expression, or two between which one more test decides, at the input `row`."""

    stub: Stub
    goal: Goal
    expressions: tuple[Expression, ...]
    row: tuple[Any, ...] = ()


def expressions(inquiry: Inquiry) -> Iterator[Proposal]:
    """Yield the fix that fills all stubs with one expression each, or the question that decides between two of them."""
    page = _page(inquiry)
    if page is None:
        return
    if isinstance(page, str):
        inquiry.reasons.append(page)
        return
    solved = _solved(page, inquiry)
    if isinstance(solved, str):
        inquiry.reasons.append(solved)
        return
    proposal = _proposal(page, solved, inquiry)
    patches = [proposal.patch] if isinstance(proposal, Candidate) else [each.patch for each in _options(proposal)]
    if inquiry.tried.intersection(patch.id for patch in patches):
        inquiry.reasons.append("the expression that the examples lead to was tried")
    elif _are_green(patches, inquiry):
        yield proposal
    else:
        inquiry.reasons.append("the expression that the examples lead to does not pass the tests")


def _options(proposal: Dud) -> tuple[Option, ...]:
    return proposal.question.options if proposal.question else ()


def _are_green(patches: Sequence[Patch], inquiry: Inquiry) -> bool:
    """Whether all tests are green with each of the patches."""
    screened = list(inquiry.lab.screen(patches, inquiry.stop)) if inquiry.lab else []
    return len(screened) == len(patches) and all(each.passed for each in screened)


def _page(inquiry: Inquiry) -> Page | str | None:
    """Return the one file that has stubs, say why expressions are not looked for, or None where there is no stub."""
    found = [page for page in _pages(inquiry) if page.stubs] if inquiry.lab else []
    if not found:
        return None
    if len(found) > 1:
        return "the functions left to be written are in several files"
    page = found[0]
    if unfit := [stub for stub in page.stubs if stub.unfit]:
        return f"{unfit[0].name} {unfit[0].unfit}"
    if len(page.stubs) > _MOST_FUNCTIONS:
        return f"{len(page.stubs)} functions are left to be written: a model is better at that"
    return page


def _pages(inquiry: Inquiry) -> Iterator[Page]:
    if inquiry.scaffold is not None:
        for edit in inquiry.scaffold.patch.edits:
            if edit.after is not None:
                yield Page(edit.path, edit.before, edit.after, edit.encoding, stubs(edit.after))
        return
    brief = inquiry.brief
    named = {word for each in brief.excerpts if each.role is Role.TEST for word in re.findall(r"\w+", each.text)}
    for excerpt in filter(inquiry.is_open, brief.sources()):
        text, ran = excerpt.text, brief.red_lines.get(excerpt.path, frozenset())
        found = tuple(stub for stub in stubs(text) if _is_wanted(stub, ran, named, any(brief.red_lines.values())))
        yield Page(excerpt.path, text, text, excerpt.encoding, found)


def _is_wanted(stub: Stub, ran: Collection[int], named: Collection[str], is_traced: bool) -> bool:
    """Whether the red tests ran it; what is a docstring alone has no line that could tell, so that its name has to."""
    is_named = stub.name.rpartition(".")[2] in named
    return stub.start[0] in ran or (is_named and (stub.is_docstring or not is_traced))


def _solved(page: Page, inquiry: Inquiry) -> list[Solved] | str:
    found: list[Solved] = []
    patch = inquiry.scaffold.patch if inquiry.scaffold else None
    for stub in page.stubs:
        if inquiry.lab is None or not inquiry.may_go_on():
            return "expressions were left before the search had ended"
        examples = inquiry.lab.examples(page.path, stub.name, inquiry.stop, patch)
        if not examples and patch is None and len(page.stubs) > 1:
            continue  # nobody asks for it yet
        if any(inquiry.request.clean(text) != text for each in examples for text in _texts(each)):
            return f"{stub.name} is called with what no model may see"  # of which a question would show parts
        goal = goal_of(stub.parameters, examples)
        if isinstance(goal, str):
            return f"{stub.name} {goal}"
        clock = Clock(_SECONDS / len(page.stubs), inquiry.stop)
        one = solution(stub, goal, clock, Desk(inquiry.lab, page.path, page.text, patch))
        if isinstance(one, str):
            return f"{stub.name}: {one}"
        found.append(one)
    return found or "no test says what the functions left to be written are to return"


def _texts(example: Example) -> tuple[str, ...]:
    return (*example.arguments, *(text for _, text in example.keywords), example.expected)


def solution(stub: Stub, goal: Goal, clock: Clock, desk: Desk | None = None) -> Solved | str:
    """Return what one expression the examples prove, or two that they do not tell apart, or why there is none.

    At the `desk` the module's own functions are asked; None: there are none.
    """
    narrow = goal.lightest(_SEARCHED_TRUTHS if goal.kind == "bool" else _SEARCHED)
    beside = probes(narrow.inputs, _BESIDE)
    rows = sorted(probes(goal.inputs, _COMPARED), key=weight)
    helpers = desk.components(stub, goal, [*beside, *rows], clock.half()) if desk else ()
    harvest = Search(narrow, constants(goal.texts()), beside, clock, helpers).harvest()
    harvest.passers = [each for each in harvest.passers if _holds(each, goal)]
    if not harvest.passers:
        return "no expression that satisfies all examples was found in time"
    best = harvest.passers[0]
    fault = misses_the_point(best, narrow)
    harvest.passers = [each for each in harvest.passers if not misses_the_point(each, narrow)]
    best, fault = (harvest.passers[0], "") if harvest.passers else (best, fault)
    if fault := fault or refusal(best, harvest, narrow, goal):
        return f"the likeliest expression, `{best.text}`, {fault}"
    environment = {name: [row[at] for row in rows] for at, name in enumerate(goal.names)}
    answers = values(best, environment, len(rows))
    if fault := strangeness(answers, goal):
        return f"the likeliest expression, `{best.text}`, {fault}"
    told = rivals(harvest.passers, narrow.size)
    near = sorted(
        (each for each in harvest.passers[1:] if each.bits <= best.bits + _NEAR), key=lambda each: each not in told
    )
    for rival in near:
        for row, one, other in zip(rows, answers, values(rival, environment, len(rows)), strict=True):
            if one is not FAULT and other is not FAULT and one != other:
                return Solved(stub, goal, (best, rival), row)
    return Solved(stub, goal, (best,))


def _holds(passer: Expression, goal: Goal) -> bool:
    environment = dict(zip(goal.names, goal.inputs, strict=True))
    return goal.mask(values(passer, environment, goal.size)) == (1 << goal.size) - 1


_NEAR = 4


def _proposal(page: Page, solved: Sequence[Solved], inquiry: Inquiry) -> Proposal:
    open_one = next((each for each in solved if len(each.expressions) > 1), None)
    if open_one is None:
        return _candidate(page, [(each.stub, each.expressions[0]) for each in solved])
    others = [(each.stub, each.expressions[0]) for each in solved if each is not open_one]
    nodes = inquiry.brief.target.node_ids
    test = nodes[0].partition("::")[0] if nodes else ""
    text = next((each.text for each in inquiry.brief.excerpts if each.path == test), "")
    call = f"{open_one.stub.name}({', '.join(map(written, open_one.row))})"
    shown, imports = pasted(call, page.path, text)
    options = []
    for expression in open_one.expressions:
        candidate = _candidate(page, [*others, (open_one.stub, expression)])
        answer = values(
            expression, {name: [value] for name, value in zip(open_one.goal.names, open_one.row, strict=True)}, 1
        )[0]
        line = "\n".join([*imports, f"assert {shown} == {written(answer)}"])
        options.append(Option(candidate.patch, candidate.note, line))
    question = Question(tuple(options), shown, test)
    return Dud(
        f"{len(options)} different expressions pass all tests: one more test decides it", NAME, question=question
    )


def _candidate(page: Page, bodies: Sequence[tuple[Stub, Expression]]) -> Candidate:
    texts = [(stub, expression.text) for stub, expression in bodies]
    edit = Edit(page.path, page.before, filled(page.text, texts), page.encoding)
    note = "; ".join(f"{stub.name} returns `{text}`" for stub, text in texts)
    return Candidate(Patch((edit,)), NAME, note, kind=Kind.FIX)
