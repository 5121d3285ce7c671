"""The modules that a target's tests want and the repository does not have, by the path where each would live."""

from collections.abc import Iterator, Sequence

from tddbot.context.code.dependencies import declared, normal
from tddbot.context.code.files import Files
from tddbot.context.code.imports import used_as_module
from tddbot.context.code.layout import Layout
from tddbot.context.frames import file_of, is_installed, is_test
from tddbot.domain import Result
from tddbot.missing import Missing, missing


def absent_modules(
    results: Sequence[Result], importers: Sequence[str], layout: Layout, files: Files
) -> tuple[str, ...]:
    """Return the paths of modules to be made, in the order in which `importers` (tests first) want them.

    A module counts as absent when a failure says so, and then also every other one that the importers want from a
    package of the repository. One that the project declares as a dependency is not installed, which no patch mends.
    """
    said = tuple(dict.fromkeys(said for result in results if result.failure and (said := missing(result.failure))))
    if not said:
        return ()
    foreign = declared(files)
    wanted: dict[str, str] = {}
    for path in importers:
        for dotted in _wanted(path, said, layout, files):
            wanted.setdefault(dotted, path)
    for module, path in _said_only(results):
        if not any(_below(dotted, module) for dotted in wanted):
            wanted[module] = path
    homes = (
        layout.home(dotted, path, _has_submodules(dotted, wanted))
        for dotted, path in wanted.items()
        if normal(dotted.partition(".")[0]) not in foreign
    )
    # One that is there without being listed is kept from generators, and is not to be written anew.
    return tuple(dict.fromkeys(path for path in homes if path and not files.is_there(path)))


def _wanted(path: str, said: Sequence[Missing], layout: Layout, files: Files) -> Iterator[str]:
    """Yield the absolute names of the absent modules that one file imports."""
    facts = files.facts(path)
    for found in facts.imports if facts else ():
        if found.loose:
            continue
        module = layout.absolute(found, path)
        if module and not layout.exists(module, path):
            if any(_below(module, named.module) for named in said if not named.name) or (
                is_test(path) and _is_own(module, path, layout)
            ):
                yield module
        elif module and Missing(module, found.name) in said and _is_used_as_module(found.bound, path, files):
            yield f"{module}.{found.name}"


def _is_used_as_module(name: str, path: str, files: Files) -> bool:
    tree = files.tree(path)
    return tree is not None and used_as_module(tree, name)


def _is_own(module: str, path: str, layout: Layout) -> bool:
    """Whether the module would lie in a package of the repository."""
    top, dot, _ = module.partition(".")
    return bool(dot) and layout.exists(top, path)


def _below(dotted: str, module: str) -> bool:
    return dotted == module or dotted.startswith(f"{module}.")


def _has_submodules(dotted: str, wanted: dict[str, str]) -> bool:
    return any(other.startswith(f"{dotted}.") for other in wanted)


def _said_only(results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    """Yield the modules that failures name, each with a test file that misses it; not what installed packages lack."""
    for result in results:
        failure = result.failure
        if failure is not None and not any(is_installed(frame.path) for frame in failure.frames):
            named = missing(failure)
            if named is not None and not named.name:
                yield named.module, file_of(result.node_id)
