"""An input on which patches part, as the tests of which each holds with one behaviour alone."""

import ast
import builtins
from collections.abc import Iterator, Sequence

from tddbot.domain import Candidate, Option
from tddbot.parsing import parsed
from tddbot.ties.contest import Split
from tddbot.ties.differing import text_after
from tddbot.ties.manners import same_by_equality
from tddbot.ties.pasted import as_test, pasted
from tddbot.ties.scenes import top_names

MOST_OPTIONS = 4


def asked(split: Split, passers: Sequence[Candidate], test: str, whole: bool = False) -> tuple[str, tuple[Option, ...]]:
    """Return the call as the text of a test file knows it, and an option for each behaviour, in the order of `passers`.

    An option's test is lines, or where that is asked for the `whole` function.
    """
    shown, imports = pasted(split.call, split.path, test)
    distinct: dict[str, Candidate] = {}
    for passer in passers:
        distinct.setdefault(split.marks[passer.patch.id], passer)
    chosen = list(distinct.values())[:MOST_OPTIONS]
    call, options = split.manner.shown(shown), []
    for each in chosen:
        lines = "\n".join([*imports, *_lines(split, each, chosen, shown, test)])
        options.append(Option(each.patch, each.note, as_test(lines, call, test) if whole else lines))
    return call, tuple(options)


def _lines(split: Split, passer: Candidate, chosen: Sequence[Candidate], shown: str, test: str) -> Iterator[str]:
    answer = split.answers[passer.patch.id]
    others = [split.answers[each.patch.id] for each in chosen if each is not passer]
    lines = split.manner.lines(shown, answer, any(same_by_equality(answer, other) for other in others))
    if not answer.raised or hasattr(builtins, answer.text):
        yield lines
        return
    whole = f"pytest.raises({answer.text}):"
    module = parsed(text_after(passer.patch, split.path))
    if isinstance(module, ast.Module) and answer.text in top_names(module):
        name, imports = pasted(answer.text, split.path, test)
        yield from (*imports, lines.replace(whole, f"pytest.raises({name}):", 1))
    else:  # where it may be had from is not known
        yield lines.replace(whole, "pytest.raises(Exception) as caught:", 1)
        yield f"assert caught.typename == {answer.text!r}"
