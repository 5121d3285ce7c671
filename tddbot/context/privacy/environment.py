"""Values of a repository's `.env` files and of the user's own environment, so that they can be taken out of text.

Nothing here is ever loaded into an environment: the values are only looked for.
"""

import base64
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, unquote, urlsplit

from tddbot.context.code.files import LARGEST, Read, join
from tddbot.context.privacy.detectors import looks_random
from tddbot.context.privacy.ignored import directories_of, hidden, nearest_root
from tddbot.context.privacy.secrets import Needle, Redactor

NAMES = (".env", ".envrc", ".env.local")
"""What is looked for in every directory, whether git lists it or not."""

ROOT_NAMES = (
    *NAMES, ".env.dev", ".env.development", ".env.development.local", ".env.test", ".env.test.local", ".env.testing",
    ".env.ci", ".env.stage", ".env.staging", ".env.prod", ".env.production", ".env.production.local", ".env.docker",
    ".env.secret", ".env.secrets", ".env.private",
)  # fmt: skip
"""What is looked for in the root; of other names, and elsewhere, `.env.*` only where git lists it."""

_HARMLESS = (".example", ".sample", ".template", ".dist", ".py")
_MOST_VALUES = 1000
"""The most values that are looked for, over all files."""
_PART = 64
"""How many characters of a long value's head and tail give it away: pytest cuts what it shows in the middle."""
_LONG_LINE = 20

_SECRET = r"(?:KEYS?|TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|PASS|PWD|CREDENTIALS?|CREDS|DSN|AUTH|PRIVATE)"
_SECRET_NAME = re.compile(rf"{_SECRET}(?:_|\d|$)")
_SECRET_ITSELF = re.compile(rf"{_SECRET}_?\d*$")
_WORDS = re.compile(r"[A-Za-z]+(?:[-_. /][A-Za-z]+)*\d?")
_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(?:=|:[ \t])[ \t]*")
_TRIVIAL = re.compile(
    r"(?i)true|false|yes|no|on|off|none|null|nil|undefined|localhost|debug|info|warn(?:ing)?|error|critical|fatal|"
    r"dev(?:elopment)?|test(?:ing)?|prod(?:uction)?|stag(?:e|ing)|local|default|example|changeme|change[-_]me|admin|"
    r"root|user(?:name)?|guest|pass(?:word)?|secret|token|key|dummy|fake|mock|sample|demo|todo|fixme|x{3,}|\*+|\.+|"
    r"postgres(?:ql)?|mysql|redis|sqlite|rabbitmq|mongo(?:db)?|minio(?:admin)?|(?:your|my)[-_].*|<.*>|\$.*|"
    r"[-+]?\d{0,5}(?:\.\d*)?"
)
"""Values that are no secret whatever their name says: to hide every `test` would hide every test."""
_PATH = re.compile(r"[~.]{0,2}/[\w./-]*")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A name and its value, as they stand in a file."""

    name: str
    value: str


def redactor_of(
    files: Sequence[str], read: Read, environ: Mapping[str, str] | None = None, key_names: Collection[str] = ()
) -> Redactor:
    """Return what is to be taken out of every text that leaves this machine.

    Known are the shapes of keys, the values of `.env` files, and what `keys_of` finds in the user's own environment.
    Files that ignore files hide are hidden.
    """
    paths = _paths(files)
    needles: dict[str, str] = {}
    for name, value in keys_of(environ or {}, key_names).items():
        for secret in worth_hiding(Assignment(name, value)) or (value,):
            _add(needles, secret, f"value of {name} in the environment")
    for path in env_files(files, read):
        for found in assignments(_text(read(path) or b"")):
            for value in worth_hiding(found, paths):
                _add(needles, value, f"value of {found.name} in {path}")
    longest_first = sorted(needles.items(), key=lambda item: (-len(item[0]), item))
    return Redactor(tuple(Needle(text, kind) for text, kind in longest_first), hidden(files, read))


def keys_of(environ: Mapping[str, str], key_names: Collection[str] = ()) -> dict[str, str]:
    """Return the variables that hold a secret: those of `key_names`, and any whose name and value say so."""
    stripped = {name: value.strip() for name, value in environ.items()}
    return {
        name: value
        for name, value in stripped.items()
        if (len(value) >= 4 if name in key_names else _says_secret(name) and worth_hiding(Assignment(name, value)))
    }


def env_files(files: Sequence[str], read: Read) -> tuple[str, ...]:
    """Return the `.env` files of the root and of the directories that hold files; most of them are ignored by git."""
    guessed = {join(directory, name) for directory in nearest_root(files) for name in NAMES} | set(ROOT_NAMES)
    listed = {path for path in files if _is_env_file(path)}
    return tuple(path for path in sorted(guessed | listed) if _is_env_file(path) and read(path) is not None)


def assignments(text: str) -> Iterator[Assignment]:
    """Yield what an `.env` file assigns, unexpanded. Quoted values may go over lines; an unclosed quote ends its line.

    Within double quotes, escapes are undone. What is no assignment is passed over.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    place = 0
    while place < len(text):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        found = _ASSIGNMENT.match(text, place, end)
        if found is None:
            place = end + 1
            continue
        value, after = _value(text, found.end(), end)
        yield Assignment(found[1], value)
        after = text.find("\n", after)
        place = len(text) if after < 0 else after + 1


def worth_hiding(found: Assignment, paths: Collection[str] = ()) -> tuple[str, ...]:
    """Return the secrets in a value: the value itself, the password of a URL, the lines of a key; none if it has none.

    Under a name that says key, token, secret or the like, 4 characters are enough, but words only if it says so at its
    end (`AUTH_BACKEND=ldap` is no secret); under others, 8 that look random.
    `paths` are files and directories of the repository, whose names are no secrets.
    """
    value = found.value.strip()
    if _TRIVIAL.fullmatch(value) or value.removeprefix("./").rstrip("/") in paths:
        return ()
    if password := _password(value):
        return (value, password) if len(value) > len(password) else (password,)
    if "://" in value and not looks_random(value.rpartition("/")[2]):
        return ()
    if _says_secret(found.name):
        plain = _PATH.fullmatch(value) or (_WORDS.fullmatch(value) and not _says_secret(found.name, _SECRET_ITSELF))
        return () if len(value) < 4 or (plain and not looks_random(value)) else (value, *_lines(value))
    random = all(map(looks_random, value.split())) if value else False
    return (value, *_lines(value)) if random or len(_lines(value)) > 1 else ()


def _says_secret(name: str, pattern: re.Pattern[str] = _SECRET_NAME) -> bool:
    return pattern.search(re.sub(r"[^A-Z0-9]+", "_", name.upper())) is not None


def _is_env_file(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return (name in (".env", ".envrc") or name.startswith(".env.")) and not name.endswith(_HARMLESS)


def _paths(files: Sequence[str]) -> frozenset[str]:
    return frozenset(files) | frozenset(directories_of(files))


def _text(data: bytes) -> str:
    try:
        return data[:LARGEST].decode("utf-8-sig")
    except UnicodeDecodeError:
        return data[:LARGEST].decode("latin-1")


def _value(text: str, start: int, end: int) -> tuple[str, int]:
    """Return the value that begins at `start` on a line that ends at `end`, and where it ends."""
    mark = text[start : start + 1]
    if mark in ("'", '"', "`") and mark:
        body = r"(?:[^\"\\]|\\.)*" if mark == '"' else f"[^{mark}]*"
        if closed := re.compile(f"{mark}({body}){mark}", re.DOTALL).match(text, start):
            return (_unescaped(closed[1]) if mark == '"' else closed[1]), closed.end()
        return text[start + 1 : end].strip(), end
    return re.split(r"(?:^|\s)#", text[start:end], maxsplit=1)[0].strip(), end


def _unescaped(text: str) -> str:
    meant = {"n": "\n", "r": "\r", "t": "\t"}
    return re.sub(r"\\(.)", lambda found: meant.get(found[1], found[1]), text, flags=re.DOTALL)


def _password(value: str) -> str:
    """Return the password in a URL, or "" where there is none, or one that is a placeholder."""
    try:
        found = urlsplit(value).password if "://" in value else None
    except ValueError:
        return ""
    return found if found and len(found) >= 4 and not _TRIVIAL.fullmatch(found) else ""


def _lines(value: str) -> tuple[str, ...]:
    """The long lines of a value of several: pytest shows each with a margin of its own."""
    if "\n" not in value:
        return ()
    lines = (line.strip() for line in value.splitlines())
    return tuple(line for line in lines if len(line) >= _LONG_LINE and not line.startswith("-----"))


def _add(needles: dict[str, str], value: str, kind: str) -> None:
    if len(needles) < _MOST_VALUES:
        for form in _forms(value):
            needles.setdefault(form, kind)


def _forms(value: str) -> Iterator[str]:
    """The ways in which a value is written: as it is, escaped, in a URL, in base64, cut off."""
    yield value
    yield from (repr(value)[1:-1], json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    yield from (quote(value), quote(value, safe=""), quote_plus(value), unquote(value))
    if len(value) > 2 * _PART:
        yield from (value[:_PART], value[-_PART:])
    if len(value) >= 8:
        yield from _in_base64(value.encode("utf-8", "surrogateescape"))


def _in_base64(value: bytes) -> Iterator[str]:
    """What of the base64 of a longer text (`user:password`) this part decides, wherever in it this part begins."""
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + value).decode()
        inside = whole[(shift * 8 + 5) // 6 : (shift + len(value)) * 8 // 6]
        yield inside
        yield inside.replace("+", "-").replace("/", "_")
