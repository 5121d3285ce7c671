"""`python -m tests.runner.denied WHAT COMMAND…` runs a command on a machine that denies it namespaces.

WHAT is "all" (as in a container: no user namespace at all) or "old" (as before Linux 5.12: no mount_setattr, without
which our own jail cannot be built, while bubblewrap's can).
"""

import ctypes
import os
import struct
import sys

from tddbot.runner.guest import linux

_NEW_NAMESPACE = 0x10000000 | 0x20000
_CALLS = {"x86_64": (317, 272, 56), "aarch64": (277, 97, 220)}
_CLONE3, _MOUNT_SETATTR = 435, 442
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _EPERM, _ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026


def deny(what: str) -> None:
    """Install a filter that refuses the calls; nothing takes it away again."""
    seccomp, unshare, clone = _CALLS[os.uname().machine]
    program = [(_LOAD, 0, 0, 0)]
    for call in (_MOUNT_SETATTR,) if what == "old" else (_CLONE3,):
        program += [(_EQUAL, 0, 1, call), (_RETURN, 0, 0, _ENOSYS)]
    for call in () if what == "old" else (unshare, clone):
        program += [(_EQUAL, 0, 4, call), (_LOAD, 0, 0, 16), (_ANY_BIT, 0, 1, _NEW_NAMESPACE)]
        program += [(_RETURN, 0, 0, _EPERM), (_RETURN, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("=HBBI", *each) for each in [*program, (_RETURN, 0, 0, _ALLOW)])
    buffer = ctypes.create_string_buffer(code, len(code))
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    order = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    linux.syscall(seccomp, 1, 0, order, what="seccomp")


if __name__ == "__main__":
    deny(sys.argv[1])
    os.execvp(sys.argv[2], sys.argv[2:])
