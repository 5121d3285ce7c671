"""The signature that calls prove: how many parameters, which must be given, by which names and of which kinds."""

import keyword
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tddbot.generator.offline.scaffold import kinds
from tddbot.generator.offline.scaffold.usage import Shot

_MOST_OPTIONAL = 2
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NO_NAMES = frozenset({"self", "cls", "_", "expected", "result", "actual", "want", "wanted", "got"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `stars` are those before its name, `is_optional` gives it None for a default."""

    name: str
    kind: str = ""
    is_optional: bool = False
    stars: str = ""


ANYTHING = (Parameter("args", stars="*"), Parameter("kwargs", stars="**"))
"""What takes any arguments."""


def parameters(shots: Sequence[Shot], taken: Iterable[str] = ()) -> tuple[Parameter, ...]:
    """Return the parameters that all these calls fit; `taken` are names that none may have.

    A name is a keyword's where one is used, else what callers call the argument, else a letter.
    """
    counts = [len(shot.arguments) for shot in shots if not shot.open]
    if counts and max(counts) - min(counts) > _MOST_OPTIONAL and not any(shot.keywords for shot in shots):
        every = [argument.kind for shot in shots for argument in shot.arguments]
        return (Parameter("values", kinds.joined(every), stars="*"),)
    most = max((len(shot.arguments) for shot in shots), default=0)
    words = dict.fromkeys(name for shot in shots for name, _ in shot.keywords)
    names = _names(shots, most, list(words), set(taken))
    found = [
        Parameter(name, kinds.joined(_kinds(shots, place, name)), not _always(shots, place, name))
        for place, name in enumerate(names)
    ]
    found += [
        Parameter(name, kinds.joined(_kinds(shots, -1, name)), not _always(shots, -1, name))
        for name in words
        if name not in names
    ]
    needed = next((place for place in range(len(found), 0, -1) if not found[place - 1].is_optional), 0)
    plain = [each for each in found[:needed] if each.is_optional]
    # What is left out before one that must be given is given by keyword only.
    ordered = [each for each in found if each not in plain] + plain
    stars = (Parameter("args", stars="*"),) if any(shot.open for shot in shots) else ()
    return (*ordered, *stars, *((Parameter("kwargs", stars="**"),) if stars else ()))


def _names(shots: Sequence[Shot], most: int, words: list[str], taken: set[str]) -> list[str]:
    names: list[str] = []
    for place in range(most):
        free = [word for word in words if word not in names and _fits(shots, place, word)]
        short = any(len(shot.arguments) <= place for shot in shots)
        hints = Counter(
            shot.arguments[place].hint
            for shot in shots
            if len(shot.arguments) > place and _is_good(shot.arguments[place].hint, {*taken, *names, *words})
        )
        letter = next(each for each in _LETTERS if each not in {*taken, *names, *words, *hints})
        names.append(free[0] if free and short else hints.most_common(1)[0][0] if hints else letter)
    return names


def _fits(shots: Sequence[Shot], place: int, word: str) -> bool:
    """Whether a keyword may be the parameter at a place: no call gives both, and those without give the one before."""
    using = [shot for shot in shots if any(name == word for name, _ in shot.keywords)]
    return all(len(shot.arguments) <= place for shot in using) and any(len(shot.arguments) == place for shot in using)


def _is_good(hint: str, taken: set[str]) -> bool:
    return bool(hint) and hint not in taken and hint not in _NO_NAMES and hint.islower() and not keyword.iskeyword(hint)


def _kinds(shots: Sequence[Shot], place: int, name: str) -> list[str]:
    given = [shot.arguments[place].kind for shot in shots if 0 <= place < len(shot.arguments)]
    return given + [kind for shot in shots for word, kind in shot.keywords if word == name]


def _always(shots: Sequence[Shot], place: int, name: str) -> bool:
    return all(
        0 <= place < len(shot.arguments) or shot.open or any(word == name for word, _ in shot.keywords)
        for shot in shots
    )
