"""The policy for a file that a model asks to see: the same as for what it is shown unasked."""

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from tddbot import protection
from tddbot.context.code.files import LARGEST, Read
from tddbot.context.privacy.secrets import SHAPES, Redactor
from tddbot.domain import Excerpt, Role
from tddbot.text import decode


def lend(
    path: str, files: Collection[str], read: Read, redactor: Redactor = SHAPES, protected: Sequence[str] = ()
) -> Excerpt | str:
    """Return the file as an excerpt, or say in one clause why it is not lent.

    `files` are those that a model may see, `protected` the project's own patterns. A file that a patch may change comes
    as SOURCE, and so only if it holds no secret; conftests come as CONFTEST, and what else is protected, configuration
    too, as TEST: both redacted, and neither may be changed.
    """
    if fault := protection.path_fault(path):
        return f"the path {fault}"
    if protection.is_secret(path):
        return "it is a file of secrets"
    if redactor.hides(path):
        return "the user keeps it from models"
    if path not in files:
        return "the repository has no such file"
    data = read(path)
    if data is None:
        return "it cannot be read"
    if len(data) > LARGEST:
        return f"it has {len(data):,} bytes, and at most {LARGEST:,} are lent"
    source = decode(data)
    if source is None:
        return "it is no text"
    role = _role(path, protected)
    if role is Role.SOURCE and (held := redactor.kinds(source[0])):
        return f"it seems to hold a secret ({held[0]})"
    return Excerpt(path, source[0] if role is Role.SOURCE else redactor.redacted(source[0]), role, source[1])


def _role(path: str, protected: Sequence[str]) -> Role:
    if protection.protected_as(path, protected) is None:
        return Role.SOURCE
    return Role.CONFTEST if PurePosixPath(path).name == "conftest.py" else Role.TEST
