"""From a brief to the cases of its target that no model is shown, and the tests' files without them. Pure."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tddbot.context.code.outline import lines_of
from tddbot.context.code.remembered import parsed
from tddbot.context.held_out.blanking import blanked
from tddbot.context.held_out.choice import chosen, how_many
from tddbot.context.held_out.groups import FEWEST, Case, Form, Function, Group, Text, groups
from tddbot.context.held_out.names import combined
from tddbot.domain import Brief, NodeId, Result, Target
from tddbot.proof import PartlyShown, Withheld

_TRIVIAL = frozenset(map(repr, (0, 1, -1, 2, 0.0, 1.0, "", b"", None, True, False)))
_TELLING = 3
"""A text of so many characters is not by chance in another line, nor is a number of so many digits."""


@dataclass(frozen=True)
class _File:
    """A test file and what of it is withheld: cases by group."""

    path: str
    text: Text
    picked: list[tuple[Group, tuple[int, ...]]] = field(default_factory=list)

    def cases(self) -> list[Case]:
        """The withheld cases, each once: a table may serve two tests."""
        return list({case.span: case for group, numbers in self.picked for case in _of(group, numbers)}.values())

    def ids(self) -> list[ast.expr]:
        """The elements of `ids` that go with them."""
        found = (group.ids[number] for group, numbers in self.picked if group.ids for number in numbers)
        return list({self.text.span(node): node for node in found}.values())


def held_out(
    target: Target, texts: Mapping[str, str], nodes: Collection[NodeId], brief: Brief, share: float
) -> Withheld:
    """Return which cases of a target are withheld, at most that `share` of each test's.

    `texts` are the files of its tests, `nodes` all that the baseline has collected, `brief` is what would be shown. A
    table is left alone where it is not sure which test is of which row. The same texts and the same reds have the same
    cases withheld.
    """
    if not share:
        return Withheld()
    others = {excerpt.path: excerpt.text for excerpt in brief.excerpts}
    files = [_file(path, text, target, nodes, {**others, path: text}, share) for path, text in sorted(texts.items())]
    made = {file.path: new for file in files if file.picked and (new := _verified(file)) is not None}
    held = [file for file in files if file.path in made]
    tests = tuple(test for file in held for test in _tests(file, nodes))
    hidden = frozenset(node for node in {*nodes, *target.node_ids} if any(_is_of(node, test) for test in tests))
    lines = {file.path: frozenset(line for case in file.cases() for line in _lines(case)) for file in held}
    shown = "\n".join([*({**others, **made}.values())])
    telling = frozenset(piece for file in held for case in file.cases() for piece in _telling(case, file, shown))
    return Withheld(hidden, lines, tests, made, telling)


def _of(group: Group, numbers: Iterable[int]) -> list[Case]:
    return [group.cases[number] for number in numbers]


def _lines(case: Case) -> range:
    return range(case.first, case.last + 1)


def _file(
    path: str, text: str, target: Target, nodes: Collection[NodeId], shown: Mapping[str, str], share: float
) -> _File:
    file, tree = _File(path, Text(text)), parsed(text)
    reds = [result for result in target.results if result.node_id.partition("::")[0] == path]
    found = list(groups(tree, file.text)) if tree else []
    taken: dict[int, tuple[int, ...]] = {}
    for group in found:
        if len(group.cases) < FEWEST or (id(group.holder) in taken and group.form is not Form.LINES):
            continue
        open_ = _open(group, path, reds, nodes)
        most = how_many(len(group.cases), share, _reds(group, path, reds, open_))
        rest = _beside(group, file.text) if most else ""
        elsewhere = [other for place, other in shown.items() if place != path]
        free = [at for at in open_ if most and not _is_seen(group.cases[at], file.text, rest, elsewhere)]
        if numbers := chosen(group.cases, free, most):
            taken[id(group.holder)] = numbers
            file.picked.append((group, numbers))
    # One table may be that of two tests, and one of them green: what is withheld of it is so in the other one, too.
    own = {id(group) for group, _ in file.picked}
    file.picked.extend(
        (group, taken[id(group.holder)])
        for group in found
        if group.form is not Form.LINES and id(group.holder) in taken and id(group) not in own
    )
    return file


def _reds(group: Group, path: str, reds: Sequence[Result], open_: Sequence[int]) -> int | None:
    """How many of the cases are known to be red; None where all may be."""
    is_known = group.form is Form.ROWS and any(result.node_id != path for result in reds)
    return len(open_) if is_known else None


def _open(group: Group, path: str, reds: Sequence[Result], nodes: Collection[NodeId]) -> list[int]:
    """Return which cases are red and may be withheld; none where that is not sure."""
    test = f"{path}::{group.test}"
    whole = any(test.startswith(f"{result.node_id}::") for result in reds)
    if not whole and not any(result.node_id.partition("[")[0] == test for result in reds):
        return []
    plain = [number for number, case in enumerate(group.cases) if case.is_plain]
    if group.form is not Form.ROWS:
        return (
            plain if whole else _after_failure(group, [each for each in reds if each.node_id.startswith(test)], plain)
        )
    names = combined(group)
    if whole:
        return plain if names else []
    mine = _nodes_of(test, nodes)
    rows = [{f"{test}[{name}]" for name in known} & mine for known in names]
    each = len(mine) // len(group.cases)
    # Where a row's name is not known, there must be as many tests left as such rows have.
    if not names or len(mine) != each * len(group.cases) or not {len(row) for row in rows} <= {0, each}:
        return []
    red = {result.node_id for result in reds}
    return [number for number in plain if rows[number] and rows[number] <= red]


def _nodes_of(test: str, nodes: Iterable[NodeId]) -> set[NodeId]:
    return {node for node in nodes if node.partition("[")[0] == test}


def _after_failure(group: Group, reds: Sequence[Result], plain: Sequence[int]) -> list[int]:
    """Return what comes after the case that fails, which stays shown; none where it is not known which one that is."""
    start = -1
    for result in reds:
        frames = result.failure.frames if result.failure else ()
        own = [frame for frame in frames if frame.function == group.function.name]
        if not own:
            return []
        line, values = own[0].line, dict(own[0].locals)
        if group.form is Form.LINES:
            failed = [number for number, case in enumerate(group.cases) if case.first <= line]
        elif line in group.body and line != group.body[0]:
            turn = tuple(values.get(name, "") for name in group.names)
            failed = [number for number, case in enumerate(group.cases) if _shown_as(case) == turn]
            if not failed:
                return []
        else:
            failed = [] if line <= group.body[0] else [len(group.cases)]
        start = max([start, *failed])
    return [number for number in plain if number > start]


def _shown_as(case: Case) -> tuple[str, ...]:
    return tuple(repr(ast.literal_eval(value)) for value in case.values)


def _beside(group: Group, text: Text) -> str:
    """Return the lines of a file in which no case of the group is."""
    own = {line for case in group.cases for line in _lines(case)}
    return "".join(line for at, line in enumerate(text.lines, start=1) if at not in own)


def _is_seen(case: Case, text: Text, rest: str, elsewhere: Sequence[str]) -> bool:
    """Whether a case stands somewhere else, too, and so would be withheld in vain: in its file, or in others."""
    inner = text.text[slice(*case.span)].strip("()[] \n")
    before, after = text.text[: case.span[0]], text.text[case.span[1] :]
    pattern = re.compile(rf"(?<![\w.]){re.escape(inner)}(?![\w.])")
    if inner and any(inner in each and pattern.search(each) for each in (before, after, *elsewhere)):
        return True
    pieces = [piece for value in case.values for piece in _pieces(value)]
    if not any(len(piece) >= _TELLING for piece in pieces):
        return False
    found = re.compile(r"[^\n]*?".join(rf"(?<!\w){re.escape(piece)}(?!\w)" for piece in pieces))
    return any(pieces[0] in each and found.search(each) for each in (rest, *elsewhere))


def _pieces(node: ast.AST) -> Iterator[str]:
    """Yield the values in a node, as a line would show them."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and repr(each.value) not in _TRIVIAL and each.value is not ...:
            yield repr(each.value)[1:-1] if isinstance(each.value, str) else repr(each.value)


def _telling(case: Case, file: _File, shown: str) -> Iterator[str]:
    """Yield what of a case stands nowhere in what is shown, with its own line and its representation."""
    inner = file.text.text[slice(*case.span)]
    tree = parsed(inner)
    calls = (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call)) if tree else ()
    whole = [inner.strip("()[] \n"), *map(str.strip, lines_of(inner)), *calls, _represented(case)]
    for piece in dict.fromkeys([*whole, *(piece for value in case.values for piece in _pieces(value))]):
        if piece.strip("()[], ") and not re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", shown):
            yield piece


def _represented(case: Case) -> str:
    try:
        return repr(tuple(ast.literal_eval(value) for value in case.values)).strip("(),")
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ""


def _tests(file: _File, nodes: Collection[NodeId]) -> Iterator[PartlyShown]:
    for group, numbers in file.picked:
        name = group.function.name
        if group.form is Form.LINES:
            lines = frozenset(line for case in _of(group, numbers) for line in _lines(case))
            yield PartlyShown(file.path, name, len(numbers), lines=lines)
        elif group.form is Form.LOOP:
            rows = frozenset(_shown_as(case) for at, case in enumerate(group.cases) if at not in numbers)
            yield PartlyShown(file.path, name, len(numbers), body=frozenset(group.body), names=group.names, rows=rows)
        else:
            names = combined(group)
            hidden = frozenset(each for at in numbers for each in names[at])
            every = {each for row in names for each in row}
            every |= {node.partition("[")[2][:-1] for node in _nodes_of(f"{file.path}::{group.test}", nodes)}
            yield PartlyShown(file.path, name, len(numbers), shown=frozenset(every - hidden), hidden=hidden)


def _is_of(node: NodeId, test: PartlyShown) -> bool:
    head, bracket, name = node.partition("[")
    return bool(bracket) and head.rpartition("::")[2] == test.function and name.removesuffix("]") in test.hidden


def _verified(file: _File) -> str | None:
    """Return the file's text without its withheld cases; None where that is anything else than just this."""
    cases, ids = file.cases(), file.ids()
    text = blanked(file.text, cases, ids)
    spans = {case.span for case in cases} | {file.text.span(node) for node in ids}
    before, after = parsed(file.text.text), parsed(text)
    if before is None or after is None or len(lines_of(text)) != len(file.text.lines):
        return None
    return text if ast.dump(_Without(file.text, spans).visit(before)) == ast.dump(after) else None


class _Without(ast.NodeTransformer):
    """Takes nodes out of the lists that they are in."""

    def __init__(self, text: Text, spans: Collection[tuple[int, int]]) -> None:
        self._text = text
        self._spans = spans

    def _kept(self, nodes: Iterable[ast.AST]) -> list[ast.AST]:
        return [
            node
            for node in nodes
            if not isinstance(node, ast.expr | ast.stmt) or self._text.span(node) not in self._spans
        ]

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Look at the lists first, since their own nodes are never changed."""
        if isinstance(node, ast.List | ast.Tuple):
            node.elts = self._kept(node.elts)  # type: ignore[assignment]
        elif isinstance(node, Function):
            node.body = self._kept(node.body)  # type: ignore[assignment]
        return super().generic_visit(node)
