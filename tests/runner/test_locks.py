"""The filter on system calls, instruction by instruction and for real, and what Landlock lets be written."""

import errno
import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tddbot.runner.guest import landlock, seccomp

X86, ARM = "x86_64", "aarch64"
AUDIT = {X86: 0xC000003E, ARM: 0xC00000B7}
EPERM, ENOSYS, ALLOW, KILL = "EPERM", "ENOSYS", "allow", "kill"
NEW_USER, NEW_TIME, THREAD = 0x10000000, 0x80, 0x00010000
ROOT = Path(__file__).parents[2]


def verdict(machine: str, number: int, *arguments: int, shared: bool = False, audit: int | None = None) -> str:
    """What the filter says of a call, found by running its program as the kernel would."""
    six = [argument % 2**64 for argument in (*arguments, *[0] * 6)[:6]]
    data = struct.pack("=IIQ6Q", number % 2**32, AUDIT[machine] if audit is None else audit, 0, *six)
    return said(interpret(seccomp.program(machine, shared), data))


def interpret(program: Sequence[tuple[int, int, int, int]], data: bytes) -> int:
    at = accumulator = 0
    while True:
        code, true, false, value = program[at]
        at += 1
        match code:
            case 0x20:
                accumulator = struct.unpack_from("=I", data, value)[0]
            case 0x54:
                accumulator &= value
            case 0x05:
                at += value
            case 0x15:
                at += true if accumulator == value else false
            case 0x35:
                at += true if accumulator >= value else false
            case 0x45:
                at += true if accumulator & value else false
            case 0x06:
                return value
            case _:
                raise AssertionError(f"instruction {code:#x}")


def said(action: int) -> str:
    if action & 0xFFFF0000 == 0x00050000:
        return errno.errorcode[action & 0xFFFF]
    return {0x7FFF0000: ALLOW, 0x80000000: KILL}[action]


ORDINARY = {
    X86: {"read": 0, "open": 2, "stat": 4, "mmap": 9, "getpid": 39, "fork": 57, "execve": 59, "kill": 62,
          "getdents": 78, "futex": 202, "openat": 257, "memfd's neighbour": 318, "statx": 332, "pidfd_open": 434,
          "openat2": 437, "landlock": 444, "file_getattr": 468},
    ARM: {"getcwd": 17, "openat": 56, "getdents64": 61, "read": 63, "exit": 93, "futex": 98, "kill": 129, "execve": 221,
          "mmap": 222, "statx": 291, "pidfd_open": 434, "file_getattr": 468},
}  # fmt: skip


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("machine", [X86, ARM])
def test_what_ordinary_programs_call_is_allowed(machine: str, shared: bool) -> None:
    found = {name: verdict(machine, number, shared=shared) for name, number in ORDINARY[machine].items()}
    assert set(found.values()) == {ALLOW}, found


@pytest.mark.parametrize("machine", [X86, ARM])
def test_calls_that_nobody_knows_yet_do_not_exist(machine: str) -> None:
    assert [verdict(machine, number) for number in (470, 471, 500, 512, 4096, 0x40000000 + 1, -1)] == [ENOSYS] * 7


def test_numbers_of_another_architecture_kill() -> None:
    assert verdict(X86, 20, audit=0x40000003) == KILL
    assert verdict(X86, 20, audit=AUDIT[ARM]) == KILL


@pytest.mark.parametrize(("machine", "socket", "pair"), [(X86, 41, 53), (ARM, 198, 199)])
def test_families_of_sockets(machine: str, socket: int, pair: int) -> None:
    allowed = {family for family in range(64) if verdict(machine, socket, family) == ALLOW}
    assert allowed == {1, 2, 10}
    assert {family for family in range(64) if verdict(machine, pair, family) == ALLOW} == {1}
    for family in (2, 10):
        protocols = {number for number in range(300) if verdict(machine, socket, family, 1, number) == ALLOW}
        assert protocols == {0, 1, 6, 17, 58, 136, 262}, "the kernel loads a module for others, as SCTP and DCCP"
    assert {verdict(machine, socket, family, shared=True) for family in range(64)} == {EPERM}
    kinds = {kind for kind in range(16) if verdict(machine, pair, 1, kind | 0x80000, shared=True) == ALLOW}
    assert kinds == {1}, "a pair of datagram sockets can be sent to any path"


@pytest.mark.parametrize(("machine", "clone", "unshare"), [(X86, 56, 272), (ARM, 220, 97)])
def test_threads_are_allowed_and_namespaces_are_not(machine: str, clone: int, unshare: int) -> None:
    assert verdict(machine, clone, THREAD | 17) == ALLOW
    assert verdict(machine, clone, NEW_USER | 17) == EPERM
    assert verdict(machine, clone, 0x80 | 17) == ALLOW, "a bit of the signal at the child's end"
    assert verdict(machine, unshare, 0x400) == ALLOW
    assert [verdict(machine, unshare, flags) for flags in (NEW_USER, 0x20000, 0x40000000, NEW_TIME)] == [EPERM] * 4
    assert verdict(machine, 435, 0, 88) == ENOSYS


@pytest.mark.parametrize(("machine", "prlimit", "setpriority"), [(X86, 302, 141), (ARM, 261, 140)])
def test_limits_and_priorities_of_others(machine: str, prlimit: int, setpriority: int) -> None:
    assert verdict(machine, prlimit, 0, 7, 4096, 0) == ALLOW
    assert verdict(machine, prlimit, 1, 7, 0, 4096) == ALLOW, "reading"
    assert verdict(machine, prlimit, 1, 7, 4096, 0) == EPERM
    assert verdict(machine, prlimit, 1, 7, 4096 << 32, 0) == EPERM, "both halves of the pointer count"
    assert [verdict(machine, setpriority, kind, 0, 5) for kind in (0, 1, 2)] == [ALLOW, ALLOW, EPERM]
    assert [verdict(machine, setpriority, kind, 1, 5) for kind in (0, 1, 2)] == [EPERM] * 3


@pytest.mark.parametrize(("machine", "ioctl"), [(X86, 16), (ARM, 29)])
def test_a_terminal_can_be_asked_but_not_typed_into(machine: str, ioctl: int) -> None:
    assert [verdict(machine, ioctl, 0, request) for request in (0x5401, 0x5413, 0x541B)] == [ALLOW] * 3
    assert [verdict(machine, ioctl, 0, request) for request in (0x5412, 0x541C, 0x5412 + 2**32)] == [EPERM] * 3


@pytest.mark.parametrize(("machine", "shmget"), [(X86, 29), (ARM, 194)])
def test_shared_memory_is_small(machine: str, shmget: int) -> None:
    assert [verdict(machine, shmget, 0, size) for size in (0, 56, 65536)] == [ALLOW] * 3
    assert [verdict(machine, shmget, 0, size) for size in (65537, 2**30, 2**32)] == [EPERM] * 3
    assert verdict(machine, shmget, 0, 56, shared=True) == EPERM


@pytest.mark.parametrize(("machine", "semget"), [(X86, 64), (ARM, 190)])
def test_sets_of_semaphores_are_small(machine: str, semget: int) -> None:
    assert [verdict(machine, semget, 0, count) for count in (0, 1, 32)] == [ALLOW] * 3
    assert [verdict(machine, semget, 0, count) for count in (33, 32000, 2**32)] == [EPERM] * 3
    assert verdict(machine, semget, 0, 1, shared=True) == EPERM


@pytest.mark.parametrize(("machine", "chmod", "utimensat"), [(X86, 90, 280), (ARM, 53, 88)])
def test_without_namespaces_no_file_is_changed_behind_landlocks_back(machine: str, chmod: int, utimensat: int) -> None:
    assert verdict(machine, chmod) == ALLOW
    assert verdict(machine, chmod, shared=True) == EPERM
    assert verdict(machine, utimensat, -100, 4096, shared=True) == EPERM
    assert verdict(machine, utimensat, 3, 0, shared=True) == ALLOW


@pytest.mark.parametrize("machine", ["i686", "riscv64", "armv7l", "ppc64le", "s390x"])
def test_an_architecture_that_is_not_known_is_said(machine: str) -> None:
    with pytest.raises(OSError, match=f"not known for {machine}") as raised:
        seccomp.program(machine)
    assert raised.value.filename == "filter on system calls (seccomp)"


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("machine", [X86, ARM])
def test_the_way_to_a_verdict_is_short(machine: str, shared: bool) -> None:
    program = seccomp.program(machine, shared)
    assert len(program) < 4096
    longest = [0] * (len(program) + 1)
    for at in reversed(range(len(program))):
        code, true, false, value = program[at]
        ways = [at + 1 + value] if code == 0x05 else [at + 1 + true, at + 1 + false]
        longest[at] = 1 if code == 0x06 else 1 + max(longest[way] for way in ways)
    assert longest[0] <= 24


def locked(lock: str, attempt: str) -> str:
    """What `attempt` prints in a process of its own after `lock`."""
    code = (
        "import errno, os, socket, sys\nfrom tddbot.runner.guest import landlock, seccomp\n"
        "def refusal(action, *arguments):\n    try:\n        action(*arguments)\n"
        "    except OSError as error:\n        return errno.errorcode[error.errno]\n    return 'done'\n"
        f"{lock}\n{attempt}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_filter_locks_every_thread() -> None:
    lock = (
        "import threading\ngo, done = threading.Event(), []\n"
        "thread = threading.Thread(target=lambda: (go.wait(), done.append(refusal(socket.socket, 16, 3))))\n"
        "thread.start()\nseccomp.install()\ngo.set()\nthread.join()"
    )
    assert locked(lock, "print(*done, refusal(socket.socket, 16, 3), refusal(socket.socket))") == "EPERM EPERM done"


def test_two_filters_hold_together() -> None:
    attempt = "print(refusal(socket.socket), refusal(socket.socketpair), refusal(os.chmod, '/tmp', 0))"
    assert locked("seccomp.install()\nseccomp.install(shared=True)", attempt) == "EPERM done EPERM"


def require_landlock(least: int) -> None:
    try:
        abi = landlock.version()
    except OSError as error:
        pytest.skip(f"no Landlock here: {error}")
    if abi < least:
        pytest.skip(f"Landlock here has ABI {abi}")


def test_only_what_is_named_can_be_written(tmp_path: Path) -> None:
    require_landlock(2)
    for name in ("mine", "yours"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "file").write_text("x")
    attempt = f"""
os.chdir({str(tmp_path)!r})
for place in ("mine", "yours"):
    print(*[refusal(*call) for call in (
        (open, place + "/file", "a"), (open, place + "/new", "w"), (os.truncate, place + "/file", 0),
        (os.mkdir, place + "/d"), (os.symlink, "a", place + "/l"), (os.rename, place + "/file", place + "/sub/file"),
        (os.unlink, place + "/sub/file"), (os.rmdir, place + "/d"), (os.listdir, place))])
"""
    found = locked(f"landlock.restrict([{str(tmp_path / 'mine')!r}, '/not/there'])", attempt).splitlines()
    assert found[0] == " ".join(["done"] * 9)
    refused = ["EACCES"] * 5 + ["EACCES"] + ["ENOENT"] * 2 + ["done"]
    if landlock.version() < 3:
        refused[2] = "done"
    assert found[1].replace("EXDEV", "EACCES").split()[:6] == refused[:6]
    assert found[1].split()[-1] == "done"


def test_only_what_is_named_can_be_read(tmp_path: Path) -> None:
    require_landlock(2)
    (tmp_path / "secret").write_text("x")
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "file").write_text("x")
    lock = f"landlock.restrict([], [{str(tmp_path / 'shown')!r}, '/usr/bin/true'])"
    attempt = f"""
os.chdir({str(tmp_path)!r})
print(refusal(open, "secret"), refusal(os.listdir, "."), refusal(open, "shown/file"), refusal(open, "shown/file", "a"))
"""
    assert locked(lock, attempt) == "EACCES EACCES done EACCES"


def test_signals_stay_among_those_that_are_locked_together() -> None:
    require_landlock(6)
    attempt = (
        "print(refusal(os.kill, os.getppid(), 0), refusal(os.kill, os.getpid(), 0))\n"
        "child = os.fork()\nif not child: os._exit(refusal(os.kill, os.getppid(), 0) != 'done')\n"
        "print(os.waitpid(child, 0)[1])"
    )
    assert locked("landlock.restrict([])", attempt).split() == ["EPERM", "done", "0"]


def test_ports_are_shut_only_where_asked() -> None:
    require_landlock(4)
    attempt = "print(refusal(socket.create_server, ('127.0.0.1', 0)))"
    assert locked("landlock.restrict([])", attempt) == "done"
    assert locked("landlock.restrict([], tcp=False)", attempt) == "EACCES"


def test_a_kernel_that_is_too_old_is_said() -> None:
    require_landlock(1)
    with pytest.raises(OSError, match="and 99 is needed") as raised:
        landlock.restrict([], least=99)
    assert raised.value.filename == "Landlock"


@pytest.mark.skipif(os.uname().machine != X86, reason="the numbers are those of one architecture")
def test_no_number_is_mistaken() -> None:
    """The kernel's own names, where its headers are installed."""
    header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if not header.exists():
        pytest.skip("the kernel's headers are not installed")
    known = dict(line.split()[1:] for line in header.read_text().splitlines() if line.startswith("#define __NR_"))
    tables = {**seccomp._ALWAYS, **seccomp._SHARED, **seccomp._OF_OTHERS, **seccomp._UNREADABLE}
    wrong = {name: pair[0] for name, pair in tables.items() if known.get(f"__NR_{name}", str(pair[0])) != str(pair[0])}
    assert wrong == {}
