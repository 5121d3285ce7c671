"""The filter on system calls: what no test needs and an attack on the kernel or on other processes does.

Refused calls end with EPERM. Calls newer than the newest known here, those of the x32 ABI, and clone3, whose flags a
filter cannot read, are said to be unknown (ENOSYS), and the C library takes an older one. A call of another
architecture, whose numbers mean something else, kills the process.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct
import sys
from typing import Dict, List, Optional, Tuple

from tddbot.runner.guest import linux

Instruction = Tuple[int, int, int, int]
"""Code, jump if true, jump if false, constant: struct sock_filter."""

_Leaf = List[Instruction]

_Numbers = Dict[str, Tuple[int, Optional[int]]]
"""A call's number on x86_64 and on aarch64, where it has one."""

_ALWAYS: _Numbers = {
    # wide doors into the kernel
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "modify_ldt": (154, None), "uselib": (134, None),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263), "lsm_set_self_attr": (460, 460),
    # keys
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    # file systems and namespaces
    "mount": (165, 40), "umount2": (166, 39), "chroot": (161, 51), "pivot_root": (155, 41), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "open_tree_attr": (467, 467), "statmount": (457, 457),
    "listmount": (458, 458), "open_by_handle_at": (304, 265), "setns": (308, 268), "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # memory that neither RLIMIT_AS nor the size of a file system bounds
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "msgget": (68, 186),
    # the machine
    "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "create_module": (174, None), "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, None), "ioperm": (173, None),
    "vhangup": (153, 58), "syslog": (103, 116), "lookup_dcookie": (212, 18), "nfsservctl": (180, 42),
    "_sysctl": (156, None),
}  # fmt: skip

# Without namespaces of its own: what reaches the host's processes, System V objects, message queues and, since Landlock
# does not look at them, the modes, owners and times of files.
_SHARED: _Numbers = {
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "shmdt": (67, 197), "semget": (64, 190),
    "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181), "connect": (42, 203),
    "ioprio_set": (251, 30), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "setxattrat": (463, 463),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip

_OF_OTHERS: _Numbers = {
    "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119), "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
}  # fmt: skip

_UNREADABLE: _Numbers = {"clone3": (435, 435)}
_NEWEST = 469  # file_setattr, Linux 6.17; a call has one number everywhere since 424
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_EPERM, _ENOSYS = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_LOAD, _JUMP, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_WHAT = "filter on system calls (seccomp)"
_SET_MODE_FILTER, _TSYNC = 1, 1
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_STREAM, _SOCK_KIND = 1, 0xF
_PROTOCOLS = (0, 1, 6, 17, 58, 136, 262)  # none named, ICMP, TCP, UDP, ICMPv6, UDP-Lite, MPTCP
_TIOCSTI, _TIOCSETD, _TIOCLINUX = 0x5412, 0x5423, 0x541C
_PRIO_USER = 2
_MOST_SHARED = 1 << 16  # bytes of a System V segment: enough for a lock, as databases use it, and for no hoard
_MOST_SEMAPHORES = 32  # of a set: the kernel's own bound is 4 MB of its memory a set, for 32,000 sets
_NEW_TIME = 0x80  # for clone, these are bits of the signal
_NEW_NAMESPACE = 0x7E020000


def install(shared: bool = False) -> None:
    """Lock all threads of this process; raise OSError where the kernel or the architecture is not fit.

    `shared` says that there are no namespaces: what these would keep apart is refused, sockets above all.
    """
    machine = os.uname().machine
    code = compiled(machine, shared)
    buffer = ctypes.create_string_buffer(code, len(code))
    order = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    if linux.syscall(_SECCOMP[machine], _SET_MODE_FILTER, _TSYNC, order, what=_WHAT) != 0:
        raise OSError(errno.EBUSY, "a thread has another filter", _WHAT)


@functools.lru_cache(maxsize=None)
def compiled(machine: str, shared: bool) -> bytes:
    """Return the filter as the kernel takes it; a zygote asks early, for all its forks."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program(machine, shared))


def program(machine: str, shared: bool = False) -> List[Instruction]:
    """Return the filter for an architecture as instructions of classic BPF; raise OSError for one that is not known."""
    if machine not in _AUDIT or struct.calcsize("P") != 8 or sys.byteorder != "little":
        raise OSError(errno.ENOSYS, "not known for %s with %d bits" % (machine, struct.calcsize("P") * 8), _WHAT)
    leaves = {**_answers(machine, shared), **_checks(machine, shared)}
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _AUDIT[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        *_search(_spans(leaves)),
    ]


def _answers(machine: str, shared: bool) -> Dict[int, _Leaf]:
    refused = {**_ALWAYS, **(_SHARED if shared else {})}
    return {
        **dict.fromkeys(_on(machine, refused), _REFUSAL),
        **dict.fromkeys(_on(machine, _UNREADABLE), _IGNORANCE),
    }


def _on(machine: str, calls: _Numbers) -> List[int]:
    numbers = (pair[machine == "aarch64"] for pair in calls.values())
    return [number for number in numbers if number is not None]


def _checks(machine: str, shared: bool) -> Dict[int, _Leaf]:
    """Calls that depend on an argument; of an int the kernel, too, looks at the lower half alone."""
    own = (41, 198), (53, 199), (16, 29), (56, 220), (272, 97), (302, 261), (141, 140), (280, 88), (29, 194), (64, 190)
    numbers = (pair[machine == "aarch64"] for pair in own)
    socket, pair, ioctl, clone, unshare, limits, priority, times, shm, sem = numbers
    checks = {
        socket: _plain_sockets(),
        pair: _one_of(0, _AF_UNIX),
        ioctl: _none_of(1, _TIOCSTI, _TIOCSETD, _TIOCLINUX),
        clone: _without_bits(0, _NEW_NAMESPACE),
        unshare: _without_bits(0, _NEW_NAMESPACE | _NEW_TIME),
        limits: _own_limits(),
        priority: _own_priority(),
        shm: _at_most(1, _MOST_SHARED),
        sem: _at_most(1, _MOST_SEMAPHORES),
    }
    if shared:
        checks.update({number: _one_of(0, 0) for number in _on(machine, _OF_OTHERS)})
        checks.update({socket: _REFUSAL, shm: _REFUSAL, sem: _REFUSAL, pair: _pair_of_streams(), times: _null(1)})
    return checks


_REFUSAL: _Leaf = [(_RETURN, 0, 0, _EPERM)]
_IGNORANCE: _Leaf = [(_RETURN, 0, 0, _ENOSYS)]
_VERDICT: _Leaf = [(_RETURN, 0, 0, _ALLOW), *_REFUSAL]


def _argument(index: int, half: int = 0) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index + 4 * half)


def _one_of(argument: int, *values: int) -> _Leaf:
    tests = [(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
    return [_argument(argument), *tests, (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]


def _none_of(argument: int, *values: int) -> _Leaf:
    tests = [(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
    return [_argument(argument), *tests, *_VERDICT]


def _without_bits(argument: int, bits: int) -> _Leaf:
    return [_argument(argument), (_ANY_BIT, 1, 0, bits), *_VERDICT]


def _at_most(argument: int, most: int) -> _Leaf:
    tests = [(_EQUAL, 0, 3, 0), _argument(argument), (_AT_LEAST, 1, 0, most + 1)]
    return [_argument(argument, 1), *tests, *_VERDICT]


def _null(argument: int) -> _Leaf:
    """A pointer, of which both halves count."""
    return [_argument(argument), (_EQUAL, 0, 3, 0), _argument(argument, 1), (_EQUAL, 0, 1, 0), *_VERDICT]


def _own_limits() -> _Leaf:
    """prlimit: the limits of another process may be read, that is, be given no new ones."""
    return [_argument(0), (_EQUAL, 4, 0, 0), *_null(2)]


def _own_priority() -> _Leaf:
    """setpriority: of this process or its group, not of all of the user's."""
    return [_argument(0), (_EQUAL, 3, 0, _PRIO_USER), _argument(1), (_EQUAL, 0, 1, 0), *_VERDICT]


def _plain_sockets() -> _Leaf:
    """socket: of few families, and of the internet's only what needs no module that the kernel would load for it."""
    count = len(_PROTOCOLS)
    protocols = [(_EQUAL, count - at, 0, number) for at, number in enumerate(_PROTOCOLS)]
    families = [(_EQUAL, count + 4, 0, _AF_UNIX), (_EQUAL, 1, 0, _AF_INET), (_EQUAL, 0, count + 1, _AF_INET6)]
    return [_argument(0), *families, _argument(2), *protocols, (_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]


def _pair_of_streams() -> _Leaf:
    """socketpair: connected streams reach nobody else, while a datagram can be sent to any socket's path."""
    kind = (_AND, 0, 0, _SOCK_KIND)
    return [_argument(0), (_EQUAL, 0, 4, _AF_UNIX), _argument(1), kind, (_EQUAL, 0, 1, _SOCK_STREAM), *_VERDICT]


def _spans(leaves: Dict[int, _Leaf]) -> List[Tuple[int, _Leaf]]:
    """Return the line of all numbers in spans, each with its first number and what is done with a call of it."""
    spans = [(0, _VERDICT[:1])]
    for number in sorted(leaves):
        for start, leaf in ((number, leaves[number]), (number + 1, _VERDICT[:1])):
            if spans[-1][0] == start:
                spans.pop()
            if not spans or spans[-1][1] != leaf:
                spans.append((start, leaf))
    return [*spans[: -1 if spans[-1][0] > _NEWEST else None], (_NEWEST + 1, _IGNORANCE)]


def _search(spans: List[Tuple[int, _Leaf]]) -> _Leaf:
    """A binary search: eight comparisons at most. What no argument decides, the kernel remembers (Linux 5.11)."""
    if len(spans) == 1:
        return spans[0][1]
    middle = len(spans) // 2
    below, above = _search(spans[:middle]), _search(spans[middle:])
    if len(below) < 256:
        return [(_AT_LEAST, len(below), 0, spans[middle][0]), *below, *above]
    return [(_AT_LEAST, 0, 1, spans[middle][0]), (_JUMP, 0, 0, len(below)), *below, *above]
