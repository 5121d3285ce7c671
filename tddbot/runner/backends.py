"""The ways to build a jail, best first, and the choice between them: one function and one line in the table each."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal

from tddbot.errors import UnfitError
from tddbot.runner import records
from tddbot.runner.bubblewrap import bubblewrap
from tddbot.runner.bubblewrap import unfitness as bubblewrap_unfitness
from tddbot.runner.confinement import landlock, unlocked
from tddbot.runner.jail import NAME, Jail
from tddbot.runner.place import Place
from tddbot.runner.probe import remedy_for

Setting = Literal["auto", "namespaces", "bubblewrap", "landlock"]


class NoJailError(UnfitError):
    """A control that a backend needs could not be put in place."""


def refused(refusal: records.Refused) -> NoJailError:
    """Return the error for a control that was refused, with its remedy."""
    return NoJailError(
        f"no jail is possible here: {refusal.what} failed ({refusal.reason.strip()})",
        f"{remedy_for(refusal.what)} `tddbot doctor` tries every part of each jail.".lstrip(),
    )


@dataclass(frozen=True, slots=True)
class Backend:
    """`title` is what a run and its evidence say; `lacks` tells in clauses what it cannot hold.

    `open` prepares a place for one process. Only where it `is_warm` can a zygote be forked for it.
    """

    title: str
    open: Callable[[Jail, bytes], AbstractContextManager[Place]]
    lacks: tuple[str, ...] = ()
    is_warm: bool = False


@contextmanager
def _namespaces(jail: Jail, job: bytes) -> Iterator[Place]:
    yield Place(job, environment=jail.test_environment)


NO_JAIL = "NO JAIL: what a model wrote runs with all of your rights, on a copy; only time and sizes are bounded"

_OF_A_COPY = (
    "the copy of the repository lies on disk, and only the size of single files is bounded",
    "each run copies the repository, and no run is warm",
)

BACKENDS: Mapping[str, Backend] = {
    "namespaces": Backend(NAME, _namespaces, is_warm=True),
    "bubblewrap": Backend(
        "bubblewrap (user, mount, pid, net, ipc, uts, cgroup), allow-list root, a copy as workspace, no capabilities",
        bubblewrap,
        ("the bounds of /tmp, /var/tmp and /dev/shm are each its own", *_OF_A_COPY),
    ),
    "landlock": Backend(
        "no namespaces: locks around a copy of the repository, no sockets",
        landlock,
        (
            "tests fail that need loopback, Unix sockets, pseudo-terminals, chmod, /dev/shm or much of multiprocessing",
            "files outside can be seen to exist, though neither read nor written",
            "tests and configuration can be changed in the copy, and a run that did so counts for nothing",
            "who kills tddbot and its zygote at once may leave processes behind",
            *_OF_A_COPY,
        ),
    ),
    "none": Backend(
        NO_JAIL,
        unlocked,
        ("everything that your user may do, a candidate may do",),
    ),
}


def chosen(setting: Setting, unsafe: bool = False) -> Backend:
    """Return the backend to start with; `unsafe` is the user's word that there need be none."""
    return BACKENDS["none" if unsafe else "namespaces" if setting == "auto" else setting]


def next_best(refusing: Backend, setting: Setting) -> Backend | None:
    """Return what to do without namespaces, or None where only the user can choose."""
    if setting != "auto" or refusing is not BACKENDS["namespaces"] or bubblewrap_unfitness():
        return None
    return BACKENDS["bubblewrap"]


def without_namespaces(refusing: Backend, setting: Setting) -> str:
    """What to tell the user who has to choose because namespaces are refused; nothing where the choice was made."""
    if setting != "auto" or refusing is not BACKENDS["namespaces"]:
        return ""
    return ' Or install bubblewrap, or set jail = "landlock" in [tool.tddbot.runner], which holds less.'
