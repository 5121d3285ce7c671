"""In which functions patches differ from each other, and what those functions say of their arguments."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tddbot.domain import Patch
from tddbot.parsing import Unparsable, parsed
from tddbot.ties.mutations import Hints

_MOST = 12
_NUMBERS, _TEXTS = 10, 6
_LONGEST_TEXT = 20
_LARGEST = 1e9
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Place:
    """A function by its file and its qualified name; `hints` are its constants, those that differ first.

    `annotations` are those of its `parameters`, the object's own aside, empty texts where there are none; `raises` the
    names of the exceptions that it raises itself. Of the parameters, the last `optional` have a default.
    """

    path: str
    function: str
    hints: Hints
    annotations: tuple[str, ...] = ()
    raises: frozenset[str] = frozenset()
    parameters: tuple[str, ...] = ()
    optional: int = 0


def same_programs(first: Patch, second: Patch) -> bool:
    """Whether two patches lead to the same syntax trees."""
    paths = {*first.paths, *second.paths}
    return all(_shape(text_after(first, path, second)) == _shape(text_after(second, path, first)) for path in paths)


def differing(patches: Sequence[Patch]) -> tuple[Place, ...]:
    """Return the functions in which the patches differ; where they differ outside of any, those that read what differs.

    A function within another counts as a part of it, since nobody else can call it.
    """
    paths = dict.fromkeys(path for patch in patches for path in patch.paths)
    return tuple(place for path in paths for place in _differing_in(path, patches))[:_MOST]


def text_after(patch: Patch, path: str, *others: Patch) -> str:
    """Return a file's text with the patch, which may leave it as the others found it."""
    edit = next((edit for edit in patch.edits if edit.path == path), None)
    if edit is not None:
        return edit.after or ""
    return next((edit.before or "" for other in others for edit in other.edits if edit.path == path), "")


def functions(body: Iterable[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Yield the functions and methods that can be called from outside, by their qualified names."""
    for node in body:
        if isinstance(node, Function):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node.body, f"{prefix}{node.name}.")


def _differing_in(path: str, patches: Sequence[Patch]) -> Iterator[Place]:
    texts = dict.fromkeys(text_after(patch, path, *patches) for patch in patches)
    trees = [tree for tree in map(parsed, texts) if not isinstance(tree, Unparsable)]
    tables = [dict(functions(tree.body)) for tree in trees]
    names = list(dict.fromkeys(name for table in tables for name in table))
    told = [name for name in names if len({_shape_of(table.get(name)) for table in tables}) > 1]
    if not told:
        words = {word for tree in trees for word in _assigned(tree, trees)}
        told = [name for name in names if any(_reads(table.get(name), words) for table in tables)] or names
    for name in told:
        versions = [node for node in (table.get(name) for table in tables) if node is not None]
        arguments = _arguments(versions[0], "." in name)
        annotations = tuple(ast.unparse(each.annotation) if each.annotation else "" for each in arguments)
        parameters, optional = tuple(each.arg for each in arguments), len(versions[0].args.defaults)
        yield Place(path, name, _hints(versions), annotations, _raised(versions), parameters, optional)


def _shape(text: str) -> str:
    tree = parsed(text)
    return text if isinstance(tree, Unparsable) else ast.dump(tree)


def _shape_of(node: ast.AST | None) -> str:
    return "" if node is None else ast.dump(node)


def _assigned(tree: ast.Module, others: Sequence[ast.Module]) -> Iterator[str]:
    """Yield the names in those statements outside of functions that not all of the modules have."""
    common = set.intersection(*({ast.dump(node) for node in other.body} for other in others))
    for node in tree.body:
        if ast.dump(node) not in common:
            yield from (each.id for each in ast.walk(node) if isinstance(each, ast.Name))
            yield from ([node.name] if isinstance(node, ast.ClassDef) else [])


def _reads(node: ast.AST | None, words: set[str]) -> bool:
    return node is not None and any(isinstance(each, ast.Name) and each.id in words for each in ast.walk(node))


def _hints(versions: Sequence[Function]) -> Hints:
    found = [list(_constants(node)) for node in versions]
    common = set.intersection(*({repr(each) for each in constants} for constants in found))
    ranked = sorted((each for constants in found for each in constants), key=lambda each: repr(each) in common)
    distinct = list({repr(each): each for each in ranked}.values())
    numbers = [each for each in distinct if isinstance(each, int | float) and abs(each) <= _LARGEST]
    texts = [each for each in distinct if isinstance(each, str)]
    return Hints(tuple(numbers[:_NUMBERS]), tuple(texts[:_TEXTS]))


def _constants(node: Function) -> Iterator[int | float | str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, int | float | str):
            is_long = isinstance(each.value, str) and not 0 < len(each.value) <= _LONGEST_TEXT
            if not isinstance(each.value, bool) and not is_long:
                yield each.value


def _arguments(node: Function, is_method: bool) -> Sequence[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args][1 if is_method else 0 :]


def _raised(versions: Sequence[Function]) -> frozenset[str]:
    raises = (each for node in versions for each in ast.walk(node) if isinstance(each, ast.Raise) and each.exc)
    names = {name.id for each in raises for name in ast.walk(each) if isinstance(name, ast.Name)}
    return frozenset(names | {"AssertionError" for node in versions if _asserts(node)})


def _asserts(node: Function) -> bool:
    return any(isinstance(each, ast.Assert) for each in ast.walk(node))
