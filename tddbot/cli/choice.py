"""Which reds the user means: node IDs as pytest takes them, files and directories included. Pure."""

import difflib
from collections.abc import Sequence

from tddbot.domain import Ending, NodeId, Run
from tddbot.errors import UsageError


def chosen(run: Run, names: Sequence[str]) -> tuple[NodeId, ...]:
    """Return the reds that `names` select; none selects all. Raise UsageError for a name that selects no test.

    A cancelled run says nothing of what there is: of it nothing is selected by name.
    """
    if not names:
        return run.reds()
    if run.ending is Ending.CANCELLED:
        return ()
    for name in names:
        if not any(_selects(name, node) for node in run.results):
            raise UsageError(f"no test is called {_short(name)}", _nearest(name, run))
    return tuple(node for node in run.reds() if any(_selects(name, node) for name in names))


def _selects(name: str, node: NodeId) -> bool:
    plain = name.removeprefix("./").rstrip("/")
    return node == plain or plain in ("", ".") or node.startswith((f"{plain}::", f"{plain}/", f"{plain}["))


def _nearest(name: str, run: Run) -> str:
    # A comparison of very long names takes for ever, and says nothing to a reader.
    near = difflib.get_close_matches(name[:300], [node for node in run.results if len(node) <= 300], n=1, cutoff=0.5)
    return (
        f"Did you mean {near[0]}?"
        if near
        else f"{len(run.results)} tests were collected; `pytest --collect-only -q` lists them."
    )


def _short(name: str) -> str:
    return name if len(name) <= 200 else f"{name[:199]}…"
