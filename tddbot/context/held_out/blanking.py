"""A text without some of its cases, line by line where it was, with a remark in the place of each. Pure."""

import ast
from collections import Counter
from collections.abc import Sequence

from tddbot.context.held_out.groups import Case, Text

_ONE = "# a case is withheld"


def blanked(text: Text, cases: Sequence[Case], ids: Sequence[ast.expr]) -> str:
    """Return the text without these cases, elements of `ids` for some of them included."""
    spans = [*(case.span for case in cases), *map(text.span, ids)]
    lines = list(text.lines)
    inline: Counter[int] = Counter()
    for number, span in sorted(enumerate(spans), key=lambda each: each[1], reverse=True):
        first, last = text.line_of(span[0]), text.line_of(span[1])
        # Rows after it are already gone, and lines are kept, so that what stands before its start is as it was.
        whole = "".join(lines)
        start = sum(map(len, lines[: first - 1])) + span[0] - text.starts[first - 1]
        end = _end(whole, start + span[1] - span[0])
        first_place = sum(map(len, lines[: first - 1]))
        before = whole[first_place:start]
        rest = whole[end:].split("\n", 1)[0].strip()
        if not before.strip() and (not rest or rest.startswith("#")):
            last = first + whole.count("\n", start, end)
            ends = [line[len(line.rstrip("\r\n")) :] for line in lines[first - 1 : last]]
            remark = f"{before}{_ONE}" if number < len(cases) else ""
            lines[first - 1 : last] = [remark + ends[0], *ends[1:]]
        else:
            kept = "".join(character for character in whole[start:end] if character in "\r\n")
            lines = _lines(whole[:start] + kept + whole[end:].removeprefix(" " if not kept else ""))
            inline[last] += number < len(cases)
    return "".join(_remarked(line, inline[number]) for number, line in enumerate(lines, start=1))


def _lines(text: str) -> list[str]:
    return Text(text).lines


def _end(text: str, end: int) -> int:
    """Return the end of an element with the comma after it, if there is one; its comments go with it."""
    place = end
    while place < len(text):
        if text[place] == "#":
            place = text.find("\n", place)
            if place < 0:
                return end
        elif text[place] == ",":
            return place + 1
        elif not text[place].isspace():
            return end
        place += 1
    return end


def _remarked(line: str, count: int) -> str:
    if not count:
        return line
    bare = line.rstrip("\r\n")
    many = "a case is" if count == 1 else f"{count} cases are"
    return f"{bare.rstrip()}  # {many} withheld{line[len(bare) :]}"
