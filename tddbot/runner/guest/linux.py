"""The few Linux calls that the standard library lacks, through ctypes. A failure is an OSError that says where."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct
from typing import Any

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

MOUNT_ATTR_RDONLY = 0x1
MOUNT_ATTR_NOSUID = 0x2
MOUNT_ATTR_NODEV = 0x4
MOUNT_ATTR_IDMAP = 0x00100000

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
AT_RECURSIVE = 0x8000
OPEN_TREE_CLONE = 1
OPEN_TREE_CLOEXEC = 0o2000000
MOVE_MOUNT_F_EMPTY_PATH = 0x4

# These numbers are the same on every architecture but alpha.
_SYS_OPEN_TREE = 428
_SYS_MOVE_MOUNT = 429
_SYS_MOUNT_SETATTR = 442

_SYS_CLONE = {"x86_64": 56, "aarch64": 220}

_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_holding = ctypes.PyDLL(None, use_errno=True)
"""The same, with the interpreter's lock held."""


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def clone(flags: int) -> int:
    """Fork into the new namespaces that `flags` name; return the child's process ID, or 0 in the child.

    What os.fork() does for Python is done here, too. What the C library's fork() does is not: this is for a process
    with one thread, and for a child that forks in the usual way before it runs what is not ours.
    """
    python = ctypes.pythonapi
    number = _SYS_CLONE[os.uname().machine]
    python.PyOS_BeforeFork()
    pid = int(_holding.syscall(ctypes.c_long(number), ctypes.c_ulong(flags | signal.SIGCHLD), None, None, None, None))
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    problem = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(problem, os.strerror(problem), "clone")
    return pid


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """Mount as mount(2) does."""
    result = _libc.mount(
        os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), os.fsencode(options)
    )
    _checked(result, "mount %s on %s" % (kind or "bind", target))


def detach(target: str) -> None:
    """Unmount lazily."""
    _checked(_libc.umount2(os.fsencode(target), ctypes.c_int(MNT_DETACH)), "umount %s" % target)


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root and put the old one at `old`."""
    _checked(_libc.pivot_root(os.fsencode(new), os.fsencode(old)), "pivot_root")


def prctl(option: int, value: int = 0) -> None:
    """Call prctl(2) with one argument."""
    _checked(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), "prctl %d" % option)


def restrict_mount(path: str, attributes: int, recursive: bool = True) -> None:
    """Set attributes on the mount at `path` and, if asked, on all below it; none is ever cleared."""
    _mount_setattr(AT_FDCWD, path, AT_RECURSIVE if recursive else 0, attributes, 0)


def clone_mount(path: str) -> int:
    """Return a descriptor of a detached copy of the mount that `path` lies in, rooted at `path`."""
    return syscall(
        _SYS_OPEN_TREE, AT_FDCWD, os.fsencode(path), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, what="open_tree %s" % path
    )


def map_mount(mount_fd: int, namespace_fd: int) -> None:
    """Show the owners of a detached mount as the user namespace maps them (an idmapped mount)."""
    _mount_setattr(mount_fd, "", AT_EMPTY_PATH, MOUNT_ATTR_IDMAP, namespace_fd)


def attach_mount(mount_fd: int, target: str) -> None:
    """Attach a detached mount at `target`."""
    syscall(_SYS_MOVE_MOUNT, mount_fd, b"", AT_FDCWD, os.fsencode(target), MOVE_MOUNT_F_EMPTY_PATH, what="move_mount")


def _mount_setattr(fd: int, path: str, flags: int, attributes: int, namespace_fd: int) -> None:
    data = struct.pack("QQQQ", attributes, 0, 0, namespace_fd)
    syscall(
        _SYS_MOUNT_SETATTR, fd, os.fsencode(path), flags, data, ctypes.c_size_t(len(data)), what="mount_setattr " + path
    )


def syscall(number: int, *arguments: Any, what: str) -> int:
    """Call the kernel by number; `what` names the call in the error."""
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *wide), what)


def bound_capabilities() -> None:
    """Empty the bounding set, so that no program can ever give a capability back; this takes capabilities itself."""
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) != 0:
            if ctypes.get_errno() != errno.EINVAL:  # which says that there are no more
                _checked(-1, "prctl PR_CAPBSET_DROP")
            break


def drop_capabilities() -> None:
    """Give up every capability that is held: ambient, effective, permitted and inheritable."""
    _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _checked(_libc.capset(header, struct.pack("IIIIII", *[0] * 6)), "capset")
