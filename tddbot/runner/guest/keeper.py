"""One jail as the zygote sees it: made, perhaps ahead of its job, then given the job, and watched to its end.

What keeps it is outside of the jail's pid namespace, so nothing in the jail sees it. The exit status comes from the
kernel, which the worker cannot touch.
"""

from __future__ import annotations

import os
import signal
import socket
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple

from tddbot.runner.guest import handover, idmap, init, linux
from tddbot.runner.guest.wire import Wire

_OTHERS = (
    linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET
    | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP
)  # fmt: skip
_OF_THE_PLACE = ("root", "root_id", "uid", "gid", "home", "binds", "links", "files", "foreign", "tmp_bytes")
_VIEWS: Dict[Tuple[int, int], int] = {}
"""User namespaces that swap two owners, as descriptors: making one takes a process, and each run as root needs it."""


def place_of(job: Dict[str, Any]) -> Dict[str, Any]:
    """What of a job a jail is built from before it knows the rest."""
    return {name: job[name] for name in _OF_THE_PLACE}


def views() -> Iterable[int]:
    """The descriptors that are kept from one jail to the next."""
    return _VIEWS.values()


class Kept:
    """A jail. `control` and `life` are its job's, None while it waits for one."""

    def __init__(self, place: Dict[str, Any], forget: Callable[[], None], stands_by: bool) -> None:
        """Clone init into new namespaces and map its identities, which only somebody outside may do.

        `forget` closes what is the zygote's. Raise OSError naming what was refused.
        """
        self.place = place
        self.control: Optional[int] = None
        self.life: Optional[int] = None
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lower_fd = _owned_view(place)
        try:
            self.process = linux.clone(linux.CLONE_NEWUSER | _OTHERS)
            if self.process == 0:
                try:
                    self._channel.close()
                    forget()
                    init.run(place, theirs, lower_fd)
                finally:
                    os._exit(70)  # whatever happens, it is never a second zygote
            _map_identities(self.process, place)
            self._channel.send(b"stand by" if stands_by else b"go")
        except OSError as error:
            self._channel.close()
            raise OSError(error.errno, error.strerror, _what_is_refused()) from error
        finally:
            theirs.close()
            if lower_fd is not None:
                os.close(lower_fd)

    def order(self, fds: Sequence[int], control: int, life: int) -> None:
        """Give it its job: descriptors of the job, and of its secret, the pipes and what more the worker gets."""
        handover.send(self._channel, b"job", (fds[0], control, *fds[1:]))
        self.control, self.life = control, life

    def fds(self) -> List[int]:
        """What the zygote holds for it."""
        return [self._channel.fileno(), *(fd for fd in (self.control, self.life) if fd is not None)]

    def kill(self) -> None:
        """End all that is in it. It is not buried yet, so the number is still its own."""
        os.kill(self.process, signal.SIGKILL)

    def ended(self, status: int) -> None:
        """Tell how it ended, and let go of it."""
        if self.control is not None:
            Wire(self.control).send("exit", code=_code(status))
        for fd in self.fds()[1:]:
            os.close(fd)
        self._channel.close()


def _code(status: int) -> int:
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)


def _what_is_refused() -> str:
    """Find out which namespaces it is that nobody may make here."""
    child = os.fork()
    if child == 0:
        try:
            linux.unshare(linux.CLONE_NEWUSER)
            os._exit(0)
        finally:
            os._exit(1)
    allowed = os.waitpid(child, 0)[1] == 0
    return "mount, pid, net, ipc, uts and cgroup namespaces" if allowed else "user namespace"


def _owned_view(place: Dict[str, Any]) -> Optional[int]:
    """As root: the repository as the jail's user would own it, so that tests may write where their author may."""
    if os.geteuid() != 0:
        return None
    owner, user = os.stat(place["root"]).st_uid, place["uid"]
    if owner == user:
        return None
    try:
        if (owner, user) not in _VIEWS:
            _VIEWS[owner, user] = idmap.swapping(owner, user)
        return idmap.clone_as(place["root"], _VIEWS[owner, user])
    except OSError:
        return None


def _map_identities(pid: int, place: Dict[str, Any]) -> None:
    """Map everybody as root (so that init can become the owner), else just ourselves."""
    everybody = os.geteuid() == 0
    if not everybody:
        _write("/proc/%d/setgroups" % pid, "deny")
    for name, own in (("uid_map", place["uid"]), ("gid_map", place["gid"])):
        _write("/proc/%d/%s" % (pid, name), "0 0 4294967295" if everybody else "%d %d 1" % (own, own))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
