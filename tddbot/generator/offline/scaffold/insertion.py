"""Places in the text of a module where something can be put in, and putting it there."""

import ast
from collections.abc import Iterable, Sequence

from tddbot.generator.offline.scaffold.style import newline_of
from tddbot.parsing import parsed


def bound_in(body: Sequence[ast.stmt]) -> set[str]:
    """Return the names that definitions and imports at the top of a module bind."""
    names = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return names


def read_at_import(node: ast.AST) -> set[str]:
    """Return the names that a statement reads while its module is loaded."""
    found: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Name):
            found.add(each.id)
        children: Iterable[ast.AST] = ast.iter_child_nodes(each)
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            children = [*each.decorator_list, each.args, *([each.returns] if each.returns else [])]
        waiting.extend(children)
    return found


def after_imports(body: Sequence[ast.stmt]) -> int:
    """The number of lines down to the last import at the top, the docstring included."""
    line = 0
    for place, node in enumerate(body):
        is_doc = place == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_doc and not isinstance(node, ast.Import | ast.ImportFrom):
            break
        line = node.end_lineno or line
    return line


def end_of(body: Sequence[ast.stmt], text: str) -> int:
    """The number of lines down to the end, or to `if __name__ == "__main__":`."""
    last = body[-1] if body else None
    if isinstance(last, ast.If) and "__name__" in ast.dump(last.test):
        return last.lineno - 1
    return len(text.splitlines())


def statements(text: str) -> list[ast.stmt]:
    """Return the statements of a module; none where it does not parse."""
    tree = parsed(text)
    return tree.body if isinstance(tree, ast.Module) else []


def put(text: str, puts: Sequence[tuple[int, str]]) -> str:
    """Return a text with blocks put in after so many lines; of one place the last comes first."""
    newline = newline_of(text)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    for place, block in sorted(puts, key=lambda put: -put[0]):
        lines.insert(place, block.replace("\n", newline))
    return "".join(lines)


def apart(text: str, end: int, block: str) -> str:
    """A block two lines below what stands above it."""
    lines = text.splitlines()[:end]
    blank = next((count for count, line in enumerate(reversed(lines)) if line.strip()), len(lines))
    space = "\n" * max(0, 2 - blank) if any(line.strip() for line in lines) else ""
    below = "\n\n" if end < len(text.splitlines()) else ""
    return f"{space}{block}\n{below}"


def opened(text: str, owners: Iterable[str]) -> str:
    """Return a text in which the bodies of these classes stand on lines of their own."""
    lines = text.splitlines(keepends=True)
    for node in statements(text):
        if isinstance(node, ast.ClassDef) and node.name in owners and node.body[0].lineno == node.lineno:
            line = lines[node.lineno - 1].encode()
            head, rest = line[: node.body[0].col_offset].decode().rstrip(), line[node.body[0].col_offset :].decode()
            lines[node.lineno - 1] = f"{head}{newline_of(text)}    {rest}"
    return "".join(lines)
