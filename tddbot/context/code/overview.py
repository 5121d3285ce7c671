"""The map of a repository: its Python files but for the tests, each with the names that it has for others."""

from collections.abc import Collection, Iterable

from tddbot.context.bounds import MAP
from tddbot.context.code.files import Files
from tddbot.context.frames import is_test
from tddbot.context.nearness import nearest_first
from tddbot.protection import is_secret

_MOST_NAMES = 300
"""The most characters of one file's names."""

_MOST_FILES = 400
"""The most files that are looked into, however short their lines are."""

_ROOM_FOR_THE_REST = 60


def overview(files: Files, around: Iterable[str], shown: Collection[str] = ()) -> str:
    """Return the map, sorted by path; where it must be cut, the files nearest to those in `around` stay.

    It is empty where all that it would list is `shown` whole.
    """
    modules = [path for path in files.paths if path.endswith(".py") and not is_test(path) and not is_secret(path)]
    if set(shown).issuperset(modules):
        return ""
    lines: list[str] = []
    room = MAP - _ROOM_FOR_THE_REST
    for path in nearest_first(modules, around)[:_MOST_FILES]:
        line = _line(path, files)
        if len(line) > room:
            break
        lines.append(line)
        room -= len(line)
    rest = len(modules) - len(lines)
    return "".join([*sorted(lines), *([f"[{rest} more Python files: not shown]\n"] if rest else [])])


def _line(path: str, files: Files) -> str:
    facts = files.facts(path)
    names = ", ".join(facts.public) if facts else ""
    if len(names) > _MOST_NAMES:
        names = names[: names.rindex(", ", 0, _MOST_NAMES) + 2] + "…" if ", " in names[:_MOST_NAMES] else "…"
    return f"{path}: {names}\n" if names else f"{path}\n"
