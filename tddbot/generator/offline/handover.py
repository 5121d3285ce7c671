"""What was found out about a target that could not be solved here, for whoever goes on: few lines, and short ones."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tddbot.domain import Brief, Excerpt, Findings
from tddbot.generator.offline.inquiry import Inquiry
from tddbot.generator.offline.repair.ranking import is_suspect, ranked
from tddbot.generator.offline.syntax import read
from tddbot.lab import Answer, Call
from tddbot.parsing import Unparsable, parsed
from tddbot.ties.differing import functions
from tddbot.withholding import hides, untold

MOST_SUSPECTS = 8
MOST_CALLS = 12
MOST_REJECTED = 10
LONGEST = 160
"""The most characters of a line."""

_READ = 20_000
_FILES = 4
_FUNCTIONS = 12


def findings(inquiry: Inquiry) -> Findings:
    """Return the likeliest lines, what the red tests called, and which edits were in vain.

    All that is without secrets, and tells nothing of cases that are withheld from models.
    """
    withheld = inquiry.brief.withheld
    files = [each for each in inquiry.brief.sources() if inquiry.is_open(each) and is_suspect(each.path, inquiry.brief)]
    return Findings(
        _told(_suspects(files[:_FILES], inquiry), inquiry, MOST_SUSPECTS),
        _told(untold(_calls(files[:_FILES], inquiry), withheld), inquiry, MOST_CALLS),
        _told(untold(inquiry.rejected, withheld), inquiry, MOST_REJECTED),
    )


def _told(lines: Iterable[str], inquiry: Inquiry, most: int) -> tuple[str, ...]:
    """Return so many different lines at most, each cleaned before it is cut, since half a key is one, too."""
    found: dict[str, None] = {}
    for line in lines:
        if len(found) == most:
            break
        text = " ".join(inquiry.request.clean(line[:_READ]).split())
        found[text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"] = None
    return tuple(found)


def _suspects(files: Iterable[Excerpt], inquiry: Inquiry) -> Iterator[str]:
    sources = [source for source in map(read, files) if not isinstance(source, str)]
    for each in ranked(sources, (), inquiry.brief):
        line = each.source.line_at(each.change.start)
        start = each.source.line_start(each.change.start)
        text = each.source.data[start:].decode().partition("\n")[0]
        yield f"{each.source.path}:{line}: {text.strip()}"


def _calls(files: Iterable[Excerpt], inquiry: Inquiry) -> Iterator[str]:
    lab = inquiry.lab
    if lab is None:
        return
    reds = frozenset(inquiry.brief.target.node_ids)
    calls: list[Call] = []
    for each in files:
        functions = [*_ran(each, inquiry.brief)][:_FUNCTIONS]
        calls += lab.calls(each.path, functions, inquiry.stop) if functions else ()
    calls = [call for call in calls if not hides(call.node_id, inquiry.brief.withheld)]
    told: Counter[str] = Counter()
    share = max(2, MOST_CALLS // max(1, len({(call.path, call.function) for call in calls})))
    lines = dict.fromkeys(
        (call.function, _line(call)) for call in sorted(calls, key=lambda call: call.node_id not in reds)
    )
    for function, line in lines:
        told[function] += 1
        if told[function] <= share:
            yield line


def _ran(excerpt: Excerpt, brief: Brief) -> Iterator[str]:
    """Yield the functions of a file of which the red tests ran a line or, without a trace, all that may be called."""
    tree = parsed(excerpt.text)
    lines = brief.red_lines.get(excerpt.path, frozenset())
    for name, node in functions(tree.body if not isinstance(tree, Unparsable) else ()):
        # The line of its head runs when the module is imported.
        body = range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
        if not lines or not lines.isdisjoint(body):
            yield name


def _line(call: Call) -> str:
    """A call and what it came to, in one line."""
    shown = call.expression
    if not shown:
        arguments = ", ".join(f"{name}={text or '…'}" for name, text in call.arguments)
        shown = f"{call.function}({arguments})"
    return f"{shown} {_came_to(call.answer)}"


def _came_to(answer: Answer) -> str:
    if answer.raised:
        return f"raises {answer.text}"
    if not answer.text:
        return "does not come back"
    return f"-> {answer.text}" if answer.plain else f"-> a {answer.text}"
