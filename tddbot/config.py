"""[tool.tddbot] in the project's pyproject.toml: one frozen struct per stage, and errors that name line and key.

What a setting means to a stage stands in that stage's own settings.py, its description and its default with it.
"""

import bisect
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from tddbot.budget import Budget
from tddbot.errors import UsageError
from tddbot.generator.settings import ModelSettings
from tddbot.judge.guard.allowing import wrong_code
from tddbot.judge.settings import JudgeSettings
from tddbot.runner.settings import RunnerSettings
from tddbot.watcher.settings import WatcherSettings

FILE = "pyproject.toml"
UNLIMITED: Literal["unlimited"] = "unlimited"

Key = tuple[str | int, ...]
"""Where a table or a setting stands: the names from the top of the file, and the numbers of tables in a list."""

_TABLE: Key = ("tool", "tddbot")


class BudgetSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """[tool.tddbot.budget]: the most that one target may cost, and a day; "unlimited" takes a limit away."""

    usd: Annotated[
        Annotated[float, Meta(ge=0)] | Literal["unlimited"], Meta(description="US dollars for model calls.")
    ] = 2.5
    tokens: Annotated[
        Annotated[int, Meta(ge=0)] | Literal["unlimited"], Meta(description="Tokens, read and written together.")
    ] = UNLIMITED
    calls: Annotated[Annotated[int, Meta(ge=0)] | Literal["unlimited"], Meta(description="Model calls.")] = 13
    seconds: Annotated[
        Annotated[float, Meta(gt=0)] | Literal["unlimited"], Meta(description="Wall clock, tests included.")
    ] = 900.0

    usd_per_day: Annotated[
        Annotated[float, Meta(ge=0)] | Literal["unlimited"],
        Meta(description="US dollars for one day (UTC) in this repository, whatever number of processes spends them."),
    ] = 20.0

    def limits(self) -> Budget:
        """Return the budget of one target."""
        return Budget(
            usd=_dollars(self.usd),
            tokens=None if isinstance(self.tokens, str) else self.tokens,
            calls=None if isinstance(self.calls, str) else self.calls,
            seconds=None if isinstance(self.seconds, str) else self.seconds,
        )

    def daily(self) -> Decimal | None:
        """Return the limit of one day in US dollars, or None for none."""
        return _dollars(self.usd_per_day)


def _dollars(setting: float | str) -> Decimal | None:
    return None if isinstance(setting, str) else Decimal(str(setting))


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """[tool.tddbot]: everything a project can set."""

    python: Annotated[
        str | None,
        Meta(description="The Python that runs the tests; else VIRTUAL_ENV, `.venv`, `venv` or the one on PATH."),
    ] = None
    runner: RunnerSettings = RunnerSettings()
    model: ModelSettings = ModelSettings()
    watch: WatcherSettings = WatcherSettings()
    judge: JudgeSettings = JudgeSettings()
    budget: BudgetSettings = BudgetSettings()


def load(root: Path) -> Config:
    """Return the settings in `root`'s pyproject.toml; without the file or the table, the defaults.

    Raise UsageError for what is not TOML and for a wrong key or value, with file, line and the nearest right key.
    """
    try:
        text = (root / FILE).read_bytes().decode()
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise UsageError(f"{FILE} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{FILE} is not UTF-8 (byte {error.start})") from error
    return parse(text)


def parse(text: str) -> Config:
    """Return the settings in the text of a pyproject.toml; see `load`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(text, error) from error
    table = _at(data, _TABLE)
    if table is None:
        return Config()
    if problem := next(_wrong_keys(table, Config, ()), None):
        key, message, hint = problem
        raise _refusal(text, key, message, hint)
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise _wrong_value(text, table, str(error)) from error
    if wrong := next(filter(None, map(wrong_code, config.judge.allow)), None):
        raise _refusal(text, ("judge", "allow"), f"[tool.tddbot.judge] allow: {wrong[0]}", wrong[1])
    return config


def line_of(text: str, key: Key) -> int:
    """Return the line, from 1, of the statement in valid TOML that defines `key`, else that of the nearest table above.

    tomllib tells no positions, but it is the one that knows TOML: the line is where the shortest beginning of the
    file that is TOML and has the key starts its last statement, whichever way keys are quoted, dotted or nested.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    for length in range(len(key), 0, -1):

        def has_key(count: int, wanted: Key = key[:length]) -> bool:
            return _at(_first_statements(lines, count), wanted) is not None

        if has_key(len(lines)):
            return bisect.bisect_left(range(len(lines)), True, lo=1, key=has_key)
    return 1


def tables(struct: type[Struct] = Config, key: Key = ()) -> Iterator[tuple[str, type[Struct]]]:
    """Yield each table of the configuration by its full name, with its struct; that of a list is in brackets."""
    yield _name(key), struct
    for field in msgspec.structs.fields(struct):
        if _is_struct(field.type):
            yield from tables(field.type, (*key, field.name))
        elif listed := _listed(field.type):
            yield from tables(listed, (*key, field.name, 0))


def document() -> str:
    """Return every setting with its type, default and meaning as Markdown."""
    return "\n\n".join(_documented(name, struct) for name, struct in tables()) + "\n"


def _first_statements(lines: Sequence[str], count: int) -> dict[str, Any]:
    """Parse the first `count` lines, and as many more as the last statement needs to be whole."""
    for end in range(count, len(lines) + 1):
        try:
            return tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
    return {}


def _at(data: Any, key: Key) -> Any:
    for part in key:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) and part < len(data) else None
        else:
            data = data.get(part) if isinstance(data, dict) else None
    return data


def _not_toml(text: str, error: tomllib.TOMLDecodeError) -> UsageError:
    """Without a position, tomllib means the end."""
    found = re.fullmatch(r"(.*) \(at line (\d+), (column \d+)\)", str(error), re.DOTALL)
    line, problem = (found[2], f"{found[1]} ({found[3]})") if found else (len(text.splitlines()), str(error))
    return UsageError(f"{FILE}:{line}: this is not TOML: {problem}")


def _wrong_keys(table: Any, struct: type[Struct], key: Key) -> Iterator[tuple[Key, str, str]]:
    """Yield each key that no setting has, with a message and a hint; values are left to msgspec."""
    if not isinstance(table, Mapping):
        yield key, f"[{_name(key)}] must be a table, not {_SORTS.get(type(table).__name__, 'a date or time')}", ""
        return
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    for name, value in table.items():
        if name not in fields:
            yield (*key, name), f"[{_name(key)}] has no setting '{name}'", _nearest(name, struct, _name(key))
        elif _is_struct(fields[name]):
            yield from _wrong_keys(value, fields[name], (*key, name))
        elif listed := _listed(fields[name]):
            yield from _wrong_keys_in_list(value, listed, (*key, name))


def _wrong_keys_in_list(tables: Any, struct: type[Struct], key: Key) -> Iterator[tuple[Key, str, str]]:
    if not isinstance(tables, list):
        name = _name(key)
        yield key, f"[{name}] must be a list of tables", f"write [[{name}]] above each of them"
        return
    for number, table in enumerate(tables):
        yield from _wrong_keys(table, struct, (*key, number))


def _nearest(name: str, struct: type[Struct], table: str) -> str:
    known = struct.__struct_fields__
    elsewhere = [other for other, of in tables() if other != table and name in of.__struct_fields__]
    if elsewhere:
        return f"did you mean '{name}' in [{elsewhere[0]}]?"
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6) or [key for key in known if _share(name, key)]
    return f"did you mean '{near[0]}'?" if near else f"settings of [{table}] are {', '.join(known)}"


def _share(name: str, known: str) -> bool:
    """Whether two keys have a word in common, or nearly, or one that means the same."""
    words = re.split(r"[-_]", name.lower())
    meant = [_OTHER_WORDS[word] for near in words for word in difflib.get_close_matches(near, _OTHER_WORDS, n=1)]
    return any(difflib.get_close_matches(word, known.split("_"), n=1, cutoff=0.8) for word in (*words, *meant))


def _wrong_value(text: str, table: Mapping[str, Any], said: str) -> UsageError:
    """Turn msgspec's sentence (`Expected `int`, got `str` - at `$.runner.jobs``) into one about the file."""
    problem, _, place = said.rpartition(" - at ")
    key = _key(place.strip("`"))
    value = _at(table, key)
    problem = re.sub(r"`([^`]+)`", lambda found: _in_words(found[1]), problem)
    problem = re.sub(r"^Invalid enum value ('.*')$", r"\1 is none of its words", problem, flags=re.DOTALL)
    hint = ""
    if choices := _choices(key):
        near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"it may be {', '.join(choices)}"
    return _refusal(text, key, f"[{_name(key[:-1])}] {key[-1]}: {problem[:1].lower()}{problem[1:]}", hint)


def _key(path: str) -> Key:
    """Turn msgspec's path (`$.model.ladder[1].role`) into a key; a number counts only before another name."""
    parts = re.match(r"\$((?:\.\w+|\[\d+\](?=\.))*)", path)
    found = re.findall(r"\.(\w+)|\[(\d+)\]", parts[1] if parts else "")
    return tuple(name or int(number) for name, number in found)


def _refusal(text: str, key: Key, message: str, hint: str) -> UsageError:
    """One line, whatever control characters the file's keys and values hold."""
    line = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in message)
    return UsageError(f"{FILE}:{line_of(text, _TABLE + key)}: {line}", hint)


_SORTS = {
    "str": "a string", "int": "a whole number", "float": "a number", "bool": "true or false", "array": "a list",
    "list": "a list", "object": "a table", "dict": "a table", "decimal": "a number", "Decimal": "a number",
}  # fmt: skip
"""What TOML's sorts of values are called, by the names that Python and msgspec have for them."""


_OTHER_WORDS = {"timeout": "seconds", "limit": "seconds", "cost": "usd", "dollars": "usd", "workers": "jobs"}
"""Words that people try first, and the ones that stand in our settings."""


def _in_words(types: str) -> str:
    return " or ".join(_SORTS.get(name, name) for name in types.split(" | ") if name != "null")


def _choices(key: Key) -> list[str]:
    """The words that a setting may have, where these are counted."""
    struct = dict(tables()).get(_name(key[:-1]))
    types = {field.encode_name: field.type for field in msgspec.structs.fields(struct)} if struct else {}
    return [word for kind in _alternatives(types.get(str(key[-1]))) for word in _words(kind)]


def _alternatives(kind: Any) -> tuple[Any, ...]:
    """A type without its annotations, taken apart where it is a union."""
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(part for parts in get_args(kind) for part in _alternatives(parts) if part is not NoneType)
    return (kind,)


def _words(kind: Any) -> list[str]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(member.value) for member in kind]
    return [str(word) for word in get_args(kind)] if get_origin(kind) is Literal else []


def _is_struct(kind: Any) -> TypeGuard[type[Struct]]:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _listed(kind: Any) -> type[Struct] | None:
    """The struct of a list of tables, or None for any other type."""
    for part in _alternatives(kind):
        for of in get_args(part)[:1] if get_origin(part) is tuple else ():
            if _is_struct(of):
                return of
    return None


def _name(key: Key) -> str:
    """A table's full name; in brackets, as TOML has it, where it is one of a list."""
    name = ".".join(part for part in (*_TABLE, *key) if isinstance(part, str))
    return f"[{name}]" if key and isinstance(key[-1], int) else name


def _documented(name: str, struct: type[Struct]) -> str:
    rows = [
        f"| `{field.name}` | {_kind(field.type)} | {_default(field.default)} | {_meaning(field.type)} |"
        for field in msgspec.structs.fields(struct)
        if not _is_struct(field.type)
    ]
    return "\n".join(
        (f"## `[{name}]`", "", "| setting | value | default | meaning |", "| --- | --- | --- | --- |", *rows)
    )


def _kind(kind: Any) -> str:
    return " or ".join(_plain_kind(part) for part in _alternatives(kind))


def _plain_kind(kind: Any) -> str:
    if _is_struct(kind):
        return "a table"
    if words := _words(kind):
        return ", ".join(f'`"{word}"`' for word in words)
    parts = [part for part in get_args(kind) if part is not Ellipsis]
    if get_origin(kind) is tuple:
        count = "" if Ellipsis in get_args(kind) else f" of {len(parts)}"
        return f"a list{count} (each {_kind(parts[0])})"
    if get_origin(kind) is dict:
        return f"a table (each {_kind(parts[1])})"
    return _SORTS[kind.__name__]


def _default(value: Any) -> str:
    if value is None:
        return "none"
    if value is msgspec.NODEFAULT:
        return "`{}`"
    return f"`{msgspec.json.encode(value).decode()}`"


def _meaning(kind: Any) -> str:
    metas = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return next((meta.description for meta in metas if isinstance(meta, Meta) and meta.description), "")
