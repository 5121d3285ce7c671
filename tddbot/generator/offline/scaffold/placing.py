"""Where a scaffold goes: a new file whole, into an existing one between and after what is there."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tddbot.domain import Edit
from tddbot.generator.offline.scaffold.annotations import Annotator
from tddbot.generator.offline.scaffold.foreign import ROOTS
from tddbot.generator.offline.scaffold.forms import Class, Constant, Function, Shape
from tddbot.generator.offline.scaffold.insertion import (
    after_imports,
    apart,
    bound_in,
    end_of,
    opened,
    put,
    read_at_import,
    statements,
)
from tddbot.generator.offline.scaffold.kinds import of_constant
from tddbot.generator.offline.scaffold.shapes import loosened, member_of, shape_of
from tddbot.generator.offline.scaffold.style import Style
from tddbot.generator.offline.scaffold.usage import Uses
from tddbot.generator.offline.scaffold.wants import Need
from tddbot.generator.offline.scaffold.world import World
from tddbot.generator.offline.scaffold.writing import Writer

_LITERALS: Mapping[type, str] = {ast.Dict: "dict", ast.List: "list", ast.Set: "set", ast.Tuple: "tuple"}
_LATER = "from __future__ import annotations"


@dataclass
class Page:
    """What one file gets: `shapes` of its own, and by class the members that this one lacks; `words` tell it."""

    path: str
    shapes: list[Shape] = field(default_factory=list)
    members: dict[str, list[Shape]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What earlier drafts have shown: names that take any arguments, and those that are used while a file is loaded."""

    loose: set[str] = field(default_factory=set)
    early: set[str] = field(default_factory=set)


def pages(needs: Iterable[Need], world: World, uses: Uses, learnt: Learnt) -> list[Page]:
    """Return what each file gets, in the order of the needs."""
    found: dict[str, Page] = {}
    for need in needs:
        page = found.setdefault(need.path, Page(need.path))
        if need.owner:
            page.members.setdefault(need.owner, []).append(loosened(member_of(need.place, uses), learnt.loose))
        elif need.name:
            shape = loosened(shape_of(need.place, uses), learnt.loose)
            page.shapes.append(_like_others(shape, need.path, world))
    for page in found.values():
        page.shapes = sorted((_with_members(shape, page) for shape in page.shapes), key=_rank)
    return list(found.values())


def _like_others(shape: Shape, path: str, world: World) -> Shape:
    """A constant of which nothing is known is of the kind that the module's others of the same first word have."""
    if not isinstance(shape, Constant) or shape.kind:
        return shape
    first = shape.name.strip("_").partition("_")[0]
    others = (node for name, node in world.names(path).items() if name.strip("_").partition("_")[0] == first)
    literals = {_kind_of(node.value) for node in others if isinstance(node, ast.Assign | ast.AnnAssign)}
    return replace(shape, kind=literals.pop()) if len(literals) == 1 else shape


def _kind_of(node: ast.expr | None) -> str:
    return of_constant(node.value) if isinstance(node, ast.Constant) else _LITERALS.get(type(node), "")


def _with_members(shape: Shape, page: Page) -> Shape:
    """A class of the page's own takes the members that are asked for besides."""
    members = page.members.pop(shape.name, []) if isinstance(shape, Class) else []
    if not isinstance(shape, Class) or not members:
        return shape
    functions = tuple(each for each in members if isinstance(each, Function))
    constants = tuple(each for each in members if isinstance(each, Constant))
    return replace(shape, functions=(*shape.functions, *functions), constants=(*shape.constants, *constants))


def edits(page: Page, world: World, style: Style, learnt: Learnt) -> list[Edit]:
    """Return the edits that make a file what its page says, with the packages that a new one lies in."""
    source = world.sources.get(page.path)
    if source is not None:
        return [Edit(page.path, source.text, _grown(page, source.text, style, learnt.early), source.encoding)]
    return [*_packages(page.path, world), Edit(page.path, None, _new(page, style))]


def _rank(shape: Shape) -> int:
    """What others stand on comes first."""
    if isinstance(shape, Class):
        is_error = shape.base.endswith(("Exception", "Error", "Warning"))
        return (1 if "::" in shape.base else 0) if is_error else 3
    return 2 if isinstance(shape, Constant) else 4


def _new(page: Page, style: Style) -> str:
    own = {shape.name for shape in page.shapes}
    annotator = Annotator(page.path, style, own)
    writer = Writer(style, annotator)
    blocks = _blocks(page.shapes, writer)
    page.words += [_word(shape, writer) for shape in page.shapes]
    head = ['"""Not written yet."""']
    if annotator.is_late:
        head += ["", _LATER]
    if annotator.imports:
        head += ["", *_imports(annotator, own)]
    return (
        "\n".join(["\n".join(head), *blocks]) + "\n" if not blocks else "\n\n\n".join(["\n".join(head), *blocks]) + "\n"
    )


def _blocks(shapes: Sequence[Shape], writer: Writer) -> list[str]:
    """Return the shapes as texts to stand two lines apart; constants stand together."""
    constants = ["\n".join(writer.shape(each)) for each in shapes if isinstance(each, Constant)]
    others = [(_rank(each), "\n".join(writer.shape(each))) for each in shapes if not isinstance(each, Constant)]
    first = [text for rank, text in others if rank < 2]
    return [*first, *(["\n".join(constants)] if constants else []), *(text for rank, text in others if rank > 2)]


def _imports(annotator: Annotator, bound: Iterable[str]) -> list[str]:
    modules: dict[str, list[str]] = {}
    for module, name in sorted(annotator.imports):
        if name not in bound:
            modules.setdefault(module, []).append(name)
    return [f"from {module} import {', '.join(names)}" for module, names in modules.items()]


def _word(shape: Shape, writer: Writer) -> str:
    match shape:
        case Function():
            return writer.signature(shape)
        case Class(base="enum.Enum"):
            return f"enumeration {shape.name}"
        case Class(fields=fields) if fields:
            return f"dataclass {shape.name}"
        case Class(instance=instance):
            return instance or f"class {shape.name}"
    return shape.name


def _packages(path: str, world: World) -> list[Edit]:
    """Return an empty `__init__.py` for each directory above a new file that nothing is known to lie in."""
    parts = path.split("/")[:-1]
    found = []
    for depth in range(1, len(parts) + 1):
        directory = "/".join(parts[:depth])
        package = f"{directory}/__init__.py"
        is_new = not any(other.startswith(f"{directory}/") for other in world.known - set(world.absent))
        if is_new and package != path and parts[depth - 1] not in ROOTS and package not in world.absent:
            found.append(Edit(package, None, ""))
    return found


def _grown(page: Page, text: str, style: Style, loading: set[str]) -> str:
    """Return a file with what it lacks put in; no line that is there is changed."""
    text = opened(text, page.members)
    body = statements(text)
    bound = bound_in(body)
    later = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in body)
    annotator = Annotator(page.path, style, bound, is_later=later)
    writer = Writer(style, annotator, quotes=True)
    early = [shape for shape in page.shapes if shape.name in loading or _is_early(shape, body)]
    late = [shape for shape in page.shapes if shape not in early]
    puts: list[tuple[int, str]] = []
    for owner, members in page.members.items():
        puts += _into_class(owner, members, body, text, writer, page)
    top, end = after_imports(body), end_of(body, text)
    head, tail = _blocks(early, writer), _blocks(late, writer)
    page.words += [_word(shape, writer) for shape in page.shapes]
    imports = _imports(annotator, bound)
    if tail:
        puts.append((end, apart(text, end, "\n\n\n".join(tail))))
    if head:
        puts.append((top, "\n\n" * bool(top) + "\n\n\n".join(head) + "\n"))
    if imports:
        puts.append((top, "\n".join(imports) + "\n"))
    return put(text, puts)


def _into_class(
    owner: str, members: Sequence[Shape], body: Sequence[ast.stmt], text: str, writer: Writer, page: Page
) -> list[tuple[int, str]]:
    node = next((each for each in body if isinstance(each, ast.ClassDef) and each.name == owner), None)
    if node is None:
        return []
    lines = text.splitlines()
    first = lines[node.body[0].lineno - 1]
    indent = first[: len(first) - len(first.lstrip())]
    constants = [line for each in members if isinstance(each, Constant) for line in writer.shape(each)]
    blocks = [writer.shape(each, owner) for each in members if not isinstance(each, Constant)]
    page.words += [f"{owner}.{_word(each, writer)}" for each in members]
    found = [[indent + line for line in block] for block in blocks]
    put = "".join("\n" + "\n".join(block) + "\n" for block in found)
    head = "".join(f"{indent}{line}\n" for line in constants)
    return [(node.end_lineno or node.lineno, head + put)]


def _is_early(shape: Shape, body: Sequence[ast.stmt]) -> bool:
    """Whether a name is read while the module is imported, and so must stand before."""
    return isinstance(shape, Constant) or _rank(shape) == 0 or any(shape.name in read_at_import(node) for node in body)
