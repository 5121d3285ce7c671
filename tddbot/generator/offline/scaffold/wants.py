"""What tests and failures want and nobody defines: names of modules, members of classes, modules themselves."""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tddbot.domain import Failure
from tddbot.generator.offline.scaffold.foreign import ROOTS, is_foreign, is_imported
from tddbot.generator.offline.scaffold.results import is_class_name
from tddbot.generator.offline.scaffold.typos import meant
from tddbot.generator.offline.scaffold.usage import CALL, Mark, Place, Uses
from tddbot.generator.offline.scaffold.world import World
from tddbot.missing import Missing, missing

_ABSENT = ("ImportError", "ModuleNotFoundError", "NameError", "AttributeError")
_OF_MODULES = frozenset(
    {"__name__", "__file__", "__doc__", "__path__", "__dict__", "__spec__", "__all__", "__loader__"}
)


@dataclass(frozen=True, slots=True)
class Need:
    """A name that is to be defined in the file `path`: of the class `owner`, or "" of the module; no name: the file."""

    path: str
    name: str = ""
    owner: str = ""

    @property
    def place(self) -> Place:
        """Where its uses are."""
        return Place(self.path, (self.owner, CALL, self.name) if self.owner else (self.name,))


@dataclass
class Wanted:
    """Needs in order, and in a clause each why something that is missing is not to be scaffolded."""

    needs: dict[Need, None] = field(default_factory=dict)
    reasons: dict[str, None] = field(default_factory=dict)


def absences(failures: Iterable[Failure]) -> tuple[tuple[Missing, Failure], ...]:
    """Return what failures say is missing, each once with the failure that says it."""
    found: dict[Missing, Failure] = {}
    for failure in failures:
        if said := missing(failure):
            found.setdefault(said, failure)
    return tuple(found.items())


def wanted(
    said: Sequence[tuple[Missing, Failure]], world: World, tests: Uses, uses: Uses, may_touch: Callable[[str], bool]
) -> Wanted:
    """Return what is to be defined: what `said` names, and with it all else that the tests use and nobody defines.

    `uses` are those in the tests and in the sources.
    """
    found = Wanted()
    if not said:
        return found
    wish = _Wish(world, uses, may_touch, found)
    for each, failure in said:
        wish.of_failure(each, failure)
    for place in tests.places():
        wish.of_use(place)
    for place in uses.places():
        if place.path in world.absent:
            wish.of_use(place)
    for path in world.absent:
        wish.module(path)
    return found


@dataclass
class _Wish:
    world: World
    uses: Uses
    may_touch: Callable[[str], bool]
    found: Wanted

    def of_failure(self, said: Missing, failure: Failure) -> None:
        """Add what one failure says is missing."""
        if said.module and not said.name:
            if not self.world.is_awaited(said.module):
                self._reason(f"the module {said.module} cannot be made here")
        elif said.module:
            self._of_module(said)
        elif "." in said.name:
            owner, _, name = said.name.partition(".")
            self._of_class(owner, name)
        else:
            self._bare(said.name, failure)

    def of_use(self, place: Place) -> None:
        """Add what a use in the tests needs, where all that its module or class has is known."""
        world, steps = self.world, place.steps
        if not steps or Mark.STORED in self.uses.of(place).marks or place.path in world.tests:
            return
        name = steps[0]
        if place.path in world.absent:
            self.name(place.path, name)
        elif place.path in world.texts and name not in world.names(place.path):
            if not world.is_open(place.path):
                self.name(place.path, name)
        elif world.class_at(place.path, name):
            member = steps[2] if steps[1:2] == (CALL,) and len(steps) > 2 else steps[1] if len(steps) == 2 else CALL
            members = world.members(place.path, name)
            is_dunder = member.startswith("__")
            if member.isidentifier() and member not in members.names and not members.is_open and not is_dunder:
                self.member(place.path, name, member)

    def _of_module(self, said: Missing) -> None:
        path = self.world.path_of(said.module, "")
        if self.world.is_awaited(f"{said.module}.{said.name}"):
            return
        if path is None or path not in self.world.texts:
            self._reason(f"{said.module} has no {said.name}, and is not a module that may be changed")
        elif said.name in self.world.names(path):
            self._reason(f"{path} defines {said.name} already: it may be imported in a circle")
        else:
            self.name(path, said.name)

    def _of_class(self, owner: str, name: str) -> None:
        paths = [path for path in self.world.texts if self.world.class_at(path, owner)]
        used = [path for path in paths if self.uses.seen(Place(path, (owner,)))]
        for path in (used or paths)[:1]:
            if name in self.world.members(path, owner).names:
                self._reason(f"{owner}.{name} is there, but not set yet when it is read")
            else:
                self.member(path, owner, name)
        if not paths:
            bases = self._bases(owner)
            for path, base in bases:
                self.member(path, base, name)
            if not bases:
                self._reason(f"nobody sees where {owner} is defined, which has no {name}")

    def _bases(self, owner: str) -> list[tuple[str, str]]:
        """The class of the repository that a class of the tests inherits from."""
        trees = ((path, self.world.class_at(path, owner)) for path in self.world.tests)
        names = [(path, ast_name(base)) for path, node in trees if node for base in node.bases]
        homes = [self.world.home(path, name) for path, name in names if name]
        return [home for home in homes if self.world.class_at(*home)][:1]

    def _bare(self, name: str, failure: Failure) -> None:
        frames = [frame.path for frame in failure.frames if frame.path in self.world.known]
        paths = frames[-1:] or [path for path in self.world.texts if self._reads(path, name)]
        for path in paths[:1]:
            if path in self.world.texts and not is_imported(name):
                self.name(path, name)
            else:
                self._reason(f"{path} uses {name} without importing it")
        if not paths:
            self._reason(f"nobody sees where {name} is used")

    def _reads(self, path: str, name: str) -> bool:
        tree = self.world.tree(path) if name in self.world.texts[path] else None
        loads = (node for node in ast.walk(tree) if isinstance(node, ast.Name)) if tree else ()
        return name not in self.world.names(path) and any(node.id == name for node in loads)

    def module(self, path: str) -> None:
        """Add a module that is to be made."""
        if self._is_foreign(path):
            self._reason(f"{path} would stand for a library that is not installed")
        elif self._may(path) and self.uses.seen(Place(path)):
            self.found.needs[Need(path)] = None

    def name(self, path: str, name: str) -> None:
        """Add a name of a module, but for one that is misspelt."""
        if name in _OF_MODULES or not name.isidentifier():
            return
        if path in self.world.absent and self._is_foreign(path):
            return
        known = self.world.names(path)
        if not self._misspelt(name, known, path, Place(path)) and self._may(path):
            self.found.needs[Need(path, name)] = None

    def member(self, path: str, owner: str, name: str) -> None:
        """Add a member of a class, but for one that is misspelt."""
        known = self.world.members(path, owner).names
        if not self._misspelt(name, known, owner, Place(path, (owner, CALL))) and self._may(path):
            self.found.needs[Need(path, name, owner)] = None

    def _misspelt(self, name: str, known: Iterable[str], of: str, place: Place) -> bool:
        other = meant(name, known, self.uses.below(place))
        if other:
            self._reason(f"the tests use {name}; {of} defines {other}")
        return bool(other)

    def _may(self, path: str) -> bool:
        if not self.may_touch(path):
            self._reason(f"{path} may not be changed")
            return False
        return True

    def _is_foreign(self, path: str) -> bool:
        """Whether a module is a library's; one that would lie beside others of the repository is its own."""
        directory, slash, _ = path.rpartition("/")
        beside = slash and any(other.startswith(f"{directory}/") for other in self.world.texts)
        return not (beside and directory not in ROOTS) and is_foreign(path)

    def _reason(self, text: str) -> None:
        self.found.reasons[text] = None


def ast_name(node: object) -> str:
    """Return the name that an expression is, or ""."""
    return str(getattr(node, "id", ""))


def in_order(needs: Iterable[Need]) -> Iterator[Need]:
    """Yield needs so that what others stand on comes first: exceptions, constants, classes, functions."""
    yield from sorted(
        needs,
        key=lambda need: (
            not need.name.endswith(("Error", "Exception")),
            not need.name.isupper(),
            not is_class_name(need.name),
        ),
    )
