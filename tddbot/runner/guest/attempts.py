"""Tries each control of the jails, each in a process of its own; `python -I attempts.py` tells each by a line of JSON.

What the kernel answers is the truth; what it is configured to do is only a guess at it.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import sys
import tempfile
from typing import Callable, Dict

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)).rpartition("/tddbot/")[0])

from tddbot.runner.guest import idmap, landlock, linux, network, seccomp

_NAMESPACES = {
    "mount namespace": linux.CLONE_NEWNS,
    "pid namespace": linux.CLONE_NEWPID,
    "network namespace": linux.CLONE_NEWNET,
    "ipc namespace": linux.CLONE_NEWIPC,
    "uts namespace": linux.CLONE_NEWUTS,
    "cgroup namespace": linux.CLONE_NEWCGROUP,
}
_PIDFD_OPEN = 434
_NOBODY = 65534


class UnneededError(Exception):
    """The control would be of no use here."""


def user_namespace() -> str:
    """Leave the host's user namespace; somebody outside maps who we are, as in a real jail."""
    left, left_end = os.pipe()
    mapped, mapped_end = os.pipe()
    outside = os.getpid()
    helper = os.fork()
    if helper == 0:
        os.close(left_end)
        code = 1
        try:
            if os.read(left, 1):
                _map(outside)
                os.write(mapped_end, b"1")
                code = 0
        finally:
            os._exit(code)
    os.close(left)
    os.close(mapped_end)
    try:
        linux.unshare(linux.CLONE_NEWUSER)
        os.write(left_end, b"1")
        if not os.read(mapped, 1):
            raise OSError(errno.EPERM, "the identity maps cannot be written", "user namespace")
    finally:
        os.close(left_end)
        os.waitpid(helper, 0)
    return ""


def _map(pid: int) -> None:
    if os.geteuid() != 0:
        _write("/proc/%d/setgroups" % pid, "deny")
    for name, own in (("uid_map", os.getuid()), ("gid_map", os.getgid())):
        _write("/proc/%d/%s" % (pid, name), "0 0 4294967295" if os.geteuid() == 0 else "%d %d 1" % (own, own))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def one_namespace(flag: int) -> str:
    """Leave one more namespace, as the user namespace allows."""
    user_namespace()
    linux.unshare(flag)
    if flag == linux.CLONE_NEWNET:
        network.raise_loopback()
    return "its loopback is up" if flag == linux.CLONE_NEWNET else ""


def overlay() -> str:
    """Lay a directory in memory over another one."""
    _private_mounts()
    for name in ("lower", "upper", "work", "merged"):
        os.mkdir("/tmp/" + name)
    options = "lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work,userxattr"
    linux.mount("overlay", "/tmp/merged", "overlay", 0, options)
    with open("/tmp/merged/file", "w", encoding="ascii"):
        pass
    linux.restrict_mount("/tmp/merged", linux.MOUNT_ATTR_RDONLY)
    return ""


def _private_mounts() -> None:
    user_namespace()
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    linux.mount("tmpfs", "/tmp", "tmpfs")


def fresh_proc() -> str:
    """Mount a /proc of a new pid namespace."""
    _private_mounts()
    linux.unshare(linux.CLONE_NEWPID)
    os.mkdir("/tmp/proc")

    def mounted() -> str:
        linux.mount("proc", "/tmp/proc", "proc")
        return ""

    return _in_a_child(mounted)


def idmapped_mount() -> str:
    """As root: show files as another user's."""
    if os.geteuid() != 0:
        raise UnneededError("of use to root only")
    with tempfile.TemporaryDirectory() as directory:
        os.close(idmap.clone_as(directory, idmap.swapping(0, _NOBODY)))
    return ""


def system_call_filter() -> str:
    """Install the filter, and see it refuse."""
    seccomp.install()
    try:
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()
    except PermissionError:
        return ""
    raise OSError(errno.ENOTSUP, "the filter refuses nothing", "seccomp")


def landlock_rules() -> str:
    """Restrict writing, and see it refused."""
    abi = landlock.restrict([])
    try:
        tempfile.TemporaryFile().close()
    except OSError:
        return "ABI %d" % abi
    raise OSError(errno.ENOTSUP, "the rules hold nothing", "Landlock")


def process_descriptor() -> str:
    """Get a descriptor of a process."""
    os.close(linux.syscall(_PIDFD_OPEN, os.getpid(), 0, what="pidfd_open"))
    return ""


ATTEMPTS: Dict[str, Callable[[], str]] = {
    "user namespace": user_namespace,
    **{name: lambda flag=flag: one_namespace(flag) for name, flag in _NAMESPACES.items()},  # type: ignore[misc]
    "overlay": overlay,
    "fresh /proc": fresh_proc,
    "idmapped mount": idmapped_mount,
    "seccomp": system_call_filter,
    "Landlock": landlock_rules,
    "pidfd": process_descriptor,
}


def _in_a_child(attempt: Callable[[], str]) -> str:
    """Return what `attempt` returns in a child, or raise its OSError or UnneededError here."""
    answer, answer_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(answer)
        os.write(answer_end, json.dumps(_outcome(attempt)).encode("ascii"))
        os._exit(0)
    os.close(answer_end)
    with open(answer, "rb") as file:
        told = file.read()
    status = os.waitpid(child, 0)[1]
    if not told:
        raise OSError(errno.EPERM, "its process was killed by %s" % signal.Signals(os.WTERMSIG(status)).name)
    number, detail = json.loads(told)
    if number:
        raise OSError(number, detail)
    if number is None:
        raise UnneededError(detail)
    return str(detail)


def _outcome(attempt: Callable[[], str]) -> "list[int | str | None]":
    """Return zero, an error number, or None where there is no need, and what there is to say."""
    try:
        return [0, attempt()]
    except UnneededError as reason:
        return [None, str(reason)]
    except OSError as error:
        where = error.filename2 or error.filename
        return [error.errno or errno.EIO, "%s%s" % (error.strerror or error, " (%s)" % where if where else "")]


def main() -> None:
    """Try everything; each line says whether the control `holds` (null: there is no need), its error and a detail."""
    for name, attempt in ATTEMPTS.items():
        number, detail = _outcome(lambda attempt=attempt: _in_a_child(attempt))  # type: ignore[misc]
        print(json.dumps({"control": name, "holds": None if number is None else not number, "detail": detail}))


if __name__ == "__main__":
    main()
