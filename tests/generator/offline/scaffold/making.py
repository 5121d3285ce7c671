"""Inquiries in one line, a laboratory that answers by a function, and what the scaffold layer makes of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tddbot.budget import Budget, Ledger
from tddbot.domain import Attempt, Brief, Candidate, Excerpt, Failure, Outcome, Patch, Result, Role, Target
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.scaffold.scaffold import scaffold
from tddbot.lab import Fate, Lab, Red, Screened
from tddbot.ports import ProposalRequest, Rung
from tddbot.stop import Stop
from tests.fakes import NoLab

TEST = "tests/test_it.py"


@dataclass
class AnsweringLab(NoLab):
    """Says which tests are red with a patch, by what the files hold with it."""

    reds: Callable[[Mapping[str, str]], Sequence[Red]]
    asked: list[Patch] = field(default_factory=list)
    fault: str = ""

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        for patch in patches:
            self.asked.append(patch)
            reds = tuple(self.reds({edit.path: edit.after or "" for edit in patch.edits}))
            yield Screened(patch, Fate.RED if reds else Fate.PASSED, reds)


def no_module(name: str) -> Failure:
    return Failure("collect", "ModuleNotFoundError", f"No module named '{name}'")


def no_name(module: str, name: str) -> Failure:
    return Failure("collect", "ImportError", f"cannot import name '{name}' from '{module}' (/x/{module}.py)")


def no_attribute(owner: str, name: str) -> Failure:
    return Failure("call", "AttributeError", f"'{owner}' object has no attribute '{name}'")


def inquiry(
    test: str,
    failure: Failure,
    sources: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    lab: Lab | None = None,
    history: Sequence[Attempt] = (),
    protected: Sequence[str] = (),
) -> Inquiry:
    """One red test that is shown whole, the sources, and the paths of modules that are yet to be made."""
    excerpts = (
        Excerpt(TEST, test, Role.TEST),
        *(Excerpt(path, text, Role.SOURCE) for path, text in (sources or {}).items()),
        *(Excerpt(path, "", Role.MISSING) for path in missing),
    )
    result = Result(f"{TEST}::test", Outcome.ERROR, failure=failure)
    brief = Brief(Target("a name is missing", (result,)), excerpts)
    request = ProposalRequest(brief, Rung("offline", "offline"), tuple(history), lab=lab)
    return Inquiry(request, Ledger(Budget()), Stop(), tuple(protected))


def made(of: Inquiry) -> Candidate | None:
    """The one candidate, or none."""
    found = list(scaffold(of))
    assert len(found) <= 1
    only = found[0] if found else None
    assert only is None or isinstance(only, Candidate)
    return only


def texts(of: Inquiry) -> dict[str, str]:
    """The files as the scaffold would have them."""
    candidate = made(of)
    return {edit.path: edit.after or "" for edit in candidate.patch.edits} if candidate else {}


def module(test: str) -> str:
    """What is made of a module `shop` that a test file imports and nobody has written."""
    return texts(inquiry(test, no_module("shop"), missing=["shop.py"]))["shop.py"]
