"""A laboratory in which a patch is there already, so that what is one change away from it is tried in no time."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tddbot.domain import Edit, Patch
from tddbot.lab import Answer, Call, Example, Lab, Screened
from tddbot.parsing import Unparsable, parsed
from tddbot.stop import Stop


@dataclass(frozen=True, slots=True)
class PatchedLab:
    """Takes patches of the snapshot to a laboratory that `patch` is laid over; they touch all that it touches."""

    lab: Lab
    patch: Patch

    @property
    def fault(self) -> str:
        """Why nothing can be found out here."""
        return self.lab.fault

    def begin(self) -> None:
        """Start setting it up."""
        self.lab.begin()

    def screen(self, patches: Iterable[Patch], stop: Stop, whole: bool = False) -> Iterator[Screened]:
        """Yield what came of each patch, in their order, as the change that it is of the first one."""
        return self.lab.screen(map(self._since, patches), stop, whole)

    def ask(
        self, path: str, expressions: Sequence[str], patches: Sequence[Patch | None], stop: Stop
    ) -> tuple[tuple[Answer, ...], ...]:
        """Evaluate expressions in a module, with each patch; None is the first one."""
        return self.lab.ask(path, expressions, [each and self._since(each) for each in patches], stop)

    def calls(self, path: str, functions: Sequence[str], stop: Stop) -> tuple[Call, ...]:
        """Return the calls of these functions that the tests lead to."""
        return self.lab.calls(path, functions, stop)

    def examples(self, path: str, function: str, stop: Stop, patch: Patch | None = None) -> tuple[Example, ...]:
        """Return what the tests demand of a function."""
        return self.lab.examples(path, function, stop, patch and self._since(patch))

    def _since(self, other: Patch) -> Patch:
        texts = {edit.path: edit.after for edit in self.patch.edits}
        changed = (edit for edit in other.edits if edit.after != texts.get(edit.path))
        return Patch(tuple(Edit(each.path, texts.get(each.path), each.after, each.encoding) for each in changed))


def is_of_bodies(patch: Patch) -> bool:
    """Whether a patch changes nothing but what functions do that are there: that is tried fast anywhere."""
    return all(_frame(edit.before) == _frame(edit.after) for edit in patch.edits)


def _frame(text: str | None) -> str:
    tree = parsed(text or "")
    if text is None or isinstance(tree, Unparsable):
        return text or ""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = []
    return ast.dump(tree)
