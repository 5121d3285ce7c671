"""Attempts to read, reach or change something of the host's; `facts.json` says where it would be found."""

import ctypes
import errno
import fcntl
import glob
import json
import os
import pathlib
import pty
import resource
import signal
import socket
import subprocess
import sys
import termios

import pytest

FACTS = json.loads(pathlib.Path(__file__).with_name("facts.json").read_text())
ROOT = pathlib.Path(__file__).parent
LIBC = ctypes.CDLL(None, use_errno=True)
MACHINE = os.uname().machine
NUMBERS = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "clone": (56, 220), "clone3": (435, 435), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "fsopen": (430, 430), "fsmount": (432, 432), "fspick": (433, 433), "open_tree": (428, 428),
    "move_mount": (429, 429), "mount_setattr": (442, 442), "quotactl": (179, 60), "swapon": (167, 224),
    "reboot": (169, 142), "memfd_secret": (447, 447), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "fanotify_init": (300, 262),
    "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104), "acct": (163, 89),
}  # fmt: skip
"""Numbers of calls on x86_64 and on aarch64."""

DOORS = list(NUMBERS)[list(NUMBERS).index("io_uring_setup") :]


@pytest.fixture(autouse=True)
def held_here(request: pytest.FixtureRequest) -> None:
    """Leave out what this jail cannot hold, as `facts.json` says."""
    if reason := FACTS["cannot"].get(request.node.originalname):
        pytest.skip(reason)


def call(name: str, *arguments: object) -> str:
    """Call a function of libc; return the name of its error, or nothing where it succeeded."""
    ctypes.set_errno(0)
    result = getattr(LIBC, name)(*arguments)
    return errno.errorcode[ctypes.get_errno()] if result == -1 else ""


def kernel(name: "str | int", *arguments: object) -> str:
    """Call the kernel by a call's name or number; return the name of its error, or nothing where it succeeded."""
    number = name if isinstance(name, int) else NUMBERS[name][MACHINE == "aarch64"]
    return call("syscall", ctypes.c_long(number), *arguments)


def refusal(action: object) -> str:
    """Return the name of the error that `action` ends with, or nothing where it succeeded."""
    try:
        action()  # type: ignore[operator]
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    return ""


def opened(path: object, mode: str = "r") -> None:
    """Open a file and read or write nothing much."""
    with open(path, mode) as file:  # type: ignore[call-overload]
        if mode == "r":
            file.read(1)


def readable(pattern: str) -> list[tuple[str, bytes]]:
    found = []
    for path in glob.glob(pattern):
        try:
            found.append((path, pathlib.Path(path).read_bytes()))
        except OSError:
            continue
    return found


def test_01_keys_of_the_user() -> None:
    home = pathlib.Path(FACTS["home"])
    assert not (home / ".ssh" / "id_rsa").exists()
    assert not home.exists()
    for place in ("/root", "/home"):
        assert not os.path.exists(place) or os.listdir(place) in ([], ["tddbot"], [".pyenv"])


def test_01_what_the_keys_say() -> None:
    home = pathlib.Path(FACTS["home"])
    assert refusal(lambda: opened(home / ".ssh" / "id_rsa")) in ("ENOENT", "EACCES")
    assert refusal(lambda: os.listdir(home)) in ("ENOENT", "EACCES")
    assert refusal(lambda: (home / "keep").chmod(0)) in ("ENOENT", "EPERM")
    assert refusal(lambda: (home / "new").write_text("x")) in ("ENOENT", "EACCES")


def test_02_own_environment() -> None:
    assert FACTS["secret"] not in "\n".join(os.environ.values())


@pytest.mark.parametrize("pattern", ["/proc/[0-9]*/environ", "/proc/[0-9]*/task/*/environ"])
def test_03_environments(pattern: str) -> None:
    for path, content in readable(pattern):
        assert FACTS["secret"].encode() not in content, path


def test_04_processes_of_the_host() -> None:
    assert all(FACTS["token"].encode() not in words for _, words in readable("/proc/[0-9]*/cmdline"))


def test_04_numbers_of_processes() -> None:
    assert not os.path.exists(f"/proc/{FACTS['bystander']}")
    assert len(glob.glob("/proc/[0-9]*")) <= 5


def test_05_masked() -> None:
    assert (ROOT / ".env").read_bytes() == b""
    assert os.listdir(ROOT / ".git") == []
    for pattern in ("/proc/mounts", "/proc/*/mountinfo"):
        for _, content in readable(pattern):
            assert FACTS["secret"].encode() not in content


@pytest.mark.parametrize("path", [".env", ".git/token", ".git/config"])
def test_05_secrets_of_the_repository(path: str) -> None:
    assert all(FACTS["secret"].encode() not in content for _, content in readable(str(ROOT / path)))


def test_06_tcp_to_the_host() -> None:
    assert refusal(lambda: socket.create_connection(("127.0.0.1", FACTS["tcp"]), 2)) in ("ECONNREFUSED", "EPERM")


def test_07_udp_to_the_host() -> None:
    def ask() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.3)
            client.sendto(b"x", ("127.0.0.1", FACTS["udp"]))
            client.recv(10)

    assert refusal(ask) in ("ECONNREFUSED", "TimeoutError", "EPERM")


@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8", "169.254.169.254", "10.0.0.1"])
def test_08_outside(address: str) -> None:
    assert refusal(lambda: socket.create_connection((address, 80), 2)) in ("ENETUNREACH", "EPERM")


def test_08_interfaces() -> None:
    lines = pathlib.Path("/proc/net/dev").read_text().splitlines()[2:]
    up = {name.strip() for name, _, rest in (line.partition(":") for line in lines) if rest.split()[0] != "0"}
    assert up <= {"lo"}
    assert pathlib.Path("/proc/net/route").read_text().count("\n") <= 1


def test_09_abstract_socket() -> None:
    def connect() -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect("\0" + FACTS["abstract"])

    assert refusal(connect) in ("ECONNREFUSED", "EPERM")


def test_09_names_of_sockets() -> None:
    assert FACTS["abstract"] not in pathlib.Path("/proc/net/unix").read_text()


@pytest.mark.parametrize("path", ["/run", "/var/run", "/var/lib", "/run/docker.sock", "/run/dbus", "/run/user"])
def test_10_sockets_of_services(path: str) -> None:
    assert not os.path.exists(path)


@pytest.mark.parametrize(
    "number", {"vsock": 40, "packet": 17, "alg": 38, "netlink": 16, "tipc": 30, "xdp": 44}.values()
)
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM])
def test_11_families_of_sockets(number: int, kind: int) -> None:
    assert refusal(lambda: socket.socket(number, kind)) == "EPERM"
    assert refusal(lambda: socket.socketpair(number, kind)) == "EPERM"


@pytest.mark.parametrize("name", DOORS)
def test_12_doors_into_the_kernel(name: str) -> None:
    assert kernel(name) == "EPERM"


@pytest.mark.parametrize("flags", [0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000, 0x2000000, 0x80])
def test_13_namespaces(flags: int) -> None:
    assert call("unshare", flags) == "EPERM"
    with open("/proc/self/ns/net") as own:
        assert call("setns", own.fileno(), 0) == "EPERM"
    if flags != 0x80:  # which for clone is a bit of the signal
        assert kernel("clone", flags | 17, 0, 0, 0, 0) == "EPERM"
    assert kernel("clone3", (ctypes.c_uint64 * 11)(flags, *[0] * 10), 88) == "ENOSYS"


@pytest.mark.skipif(MACHINE != "x86_64", reason="only there are calls of another kind")
def test_14_calls_of_another_kind() -> None:
    for number in (39, 56, 101, 512, 520):
        assert kernel(0x40000000 | number, 0, 0, 0, 0, 0) == "ENOSYS"
    code = (
        "import ctypes, mmap\nroom = mmap.mmap(-1, 4096, prot=7)\n"
        "room.write(bytes.fromhex('b814000000cd80c3'))\n"  # the getpid of 32 bits
        "print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(room)))())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGSYS, b"")


@pytest.mark.parametrize(
    "name", ["fsopen", "fsmount", "fspick", "open_tree", "move_mount", "mount_setattr", "quotactl", "swapon", "reboot"]
)
def test_15_what_only_an_administrator_does(name: str) -> None:
    assert kernel(name) == "EPERM"


def test_15_mounts() -> None:
    assert call("mount", b"none", b"/tmp", b"tmpfs", 0, None) == "EPERM"
    assert call("mount", b"/", b"/tmp", None, 4096, None) == "EPERM"
    assert call("umount2", str(ROOT / ".env").encode(), 2) == "EPERM"
    assert call("chroot", b"/tmp") == "EPERM"
    assert call("pivot_root", b"/", b"/tmp") == "EPERM"
    assert call("open_by_handle_at", 0, b"\x08\0\0\0\1\0\0\0" + bytes(16), 0) in ("EPERM", "EBADF", "ESTALE")
    assert call("sethostname", b"x", 1) == "EPERM"


def test_16_capabilities() -> None:
    status = dict(line.split(":\t", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0, name
    assert status["NoNewPrivs"] == "1"
    assert set(status["Uid"].split()) == {str(os.getuid())}
    assert 0 not in (os.getuid(), os.getgid(), *os.getgroups())
    assert refusal(lambda: os.setuid(0)) in ("EPERM", "EINVAL")


def test_16_a_set_uid_program_gains_nothing() -> None:
    programs = [path for path in ("/usr/bin/su", "/usr/bin/mount", "/usr/bin/passwd") if os.path.exists(path)]
    for path in programs:
        assert os.statvfs(path).f_flag & os.ST_NOSUID, path


def test_17_kill() -> None:
    for process in (FACTS["bystander"], FACTS["tddbot"]):
        assert refusal(lambda process=process: os.kill(process, 9)) in ("ESRCH", "EPERM")
    for number in (1, 2, 9, 15, 19):
        assert refusal(lambda number=number: os.kill(1, number)) in ("", "EPERM")  # the kernel keeps it from the first
    assert pathlib.Path("/proc/1/status").exists()


def test_18_ptrace() -> None:
    for process in (1, os.getpid(), FACTS["bystander"]):
        assert call("ptrace", 16, process, 0, 0) == "EPERM"
    assert kernel("ptrace", 0, 0, 0, 0) == "EPERM"  # be traced


@pytest.mark.parametrize("name", ["process_vm_readv", "process_vm_writev", "kcmp", "process_madvise"])
def test_18_memory_of_another_process(name: str) -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        for process in (1, child.pid, FACTS["bystander"]):
            assert kernel(name, process, 0, 0, 0, 0, 0) == "EPERM"
        child.kill()


def test_18_descriptors_of_another_process() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        for process in (1, child.pid):
            handle = os.pidfd_open(process)
            assert kernel("pidfd_getfd", handle, 0, 0) == "EPERM"
            os.close(handle)
        child.kill()


@pytest.mark.parametrize("name", ["mem", "environ", "maps", "auxv"])
def test_19_memory_of_the_first_process(name: str) -> None:
    assert refusal(lambda: opened(f"/proc/1/{name}")) in ("EACCES", "EPERM")


@pytest.mark.parametrize("name", ["fd/0", "fd/1", "fd/2", "root", "cwd", "exe", "ns/net"])
def test_19_what_the_first_process_holds(name: str) -> None:
    assert refusal(lambda: os.readlink(f"/proc/1/{name}")) in ("EACCES", "ENOENT")


def test_20_limits_of_others() -> None:
    assert refusal(lambda: resource.prlimit(FACTS["tddbot"], resource.RLIMIT_CPU, (1, 1))) in (
        "ESRCH",
        "EPERM",
        "ProcessLookupError",
    )
    assert refusal(lambda: os.setpriority(os.PRIO_PROCESS, FACTS["bystander"], 19)) in ("ESRCH", "EPERM")
    with pytest.raises(PermissionError):
        resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0))
    assert refusal(lambda: os.setpriority(os.PRIO_PROCESS, 1, 19)) == "EPERM"
    assert refusal(lambda: os.setpriority(os.PRIO_USER, 0, 19)) == "EPERM"
    for name in ("NPROC", "NOFILE", "AS", "FSIZE"):
        soft, hard = resource.getrlimit(getattr(resource, "RLIMIT_" + name))
        assert soft == hard != resource.RLIM_INFINITY, name
        with pytest.raises(ValueError, match="not allowed"):
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (hard, hard + 1))


def test_21_terminal() -> None:
    assert refusal(lambda: opened("/dev/tty")) in ("ENOENT", "ENXIO", "EACCES")
    for fd in (0, 1, 2):
        assert refusal(lambda fd=fd: fcntl.ioctl(fd, termios.TIOCSTI, b"x")) == "EPERM"


def test_21_a_terminal_of_ones_own() -> None:
    leader, follower = pty.openpty()
    for request in (termios.TIOCSTI, 0x541C):  # TIOCLINUX
        assert refusal(lambda request=request: fcntl.ioctl(follower, request, b"x")) == "EPERM"
    os.close(leader)
    os.close(follower)


@pytest.mark.parametrize(
    "path",
    ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger",
     "/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/ns_last_pid"],
)  # fmt: skip
def test_22_the_kernels_own_files(path: str) -> None:
    assert refusal(lambda: opened(path, "w")) in ("EROFS", "EACCES", "ENOENT")


@pytest.mark.parametrize("path", ["/proc/kcore", "/proc/kmsg", "/proc/1/root", "/proc/timer_list"])
def test_22_the_kernels_memory(path: str) -> None:
    assert refusal(lambda: os.listdir(path) if path.endswith("root") else opened(path)) != ""


def test_23_devices_and_groups() -> None:
    assert not os.path.exists("/sys")
    allowed = {"null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr", "ptmx", "pts", "shm"}
    assert set(os.listdir("/dev")) <= allowed | {"tty", "core"}  # which lead nowhere


def test_23_a_device_of_ones_own() -> None:
    assert call("mknod", b"/tmp/disk", 0o60600, 0x0800) in ("EPERM", "EACCES")


def test_24_descriptors() -> None:
    pipes, others = set(), set()
    for name in os.listdir("/proc/self/fd"):
        try:
            goal = os.readlink("/proc/self/fd/" + name)
        except OSError:
            continue
        if goal.startswith("pipe:"):
            pipes.add(goal)
        elif not goal.startswith(("/dev/null", "/tmp/", "/proc/")):
            others.add(goal)
    assert not others
    assert len(pipes) <= 2  # reports and output


def test_25_shared_memory() -> None:
    assert refusal(lambda: opened(f"/dev/shm/{FACTS['token']}")) in ("ENOENT", "EACCES")
    assert LIBC.shmget(FACTS["segment"], 0, 0) == -1


def test_25_names_of_shared_memory() -> None:
    assert os.listdir("/dev/shm") == []
    assert len(pathlib.Path("/proc/sysvipc/shm").read_text().splitlines()) == 1


def test_26_git_hooks() -> None:
    assert refusal(lambda: os.makedirs(ROOT / ".git" / "hooks")) == "EROFS"
    assert refusal(lambda: (ROOT / ".git" / "config").write_text("x")) == "EROFS"
    assert refusal(lambda: (ROOT / ".git").rename(ROOT / "git")) == "EBUSY"
    assert refusal(lambda: (ROOT / ".git").rmdir()) == "EBUSY"


@pytest.mark.parametrize(
    "path", ["pyproject.toml", "tests/test_other.py", "tests/conftest.py", os.path.basename(__file__)]
)
def test_27_protected_files(path: str) -> None:
    assert refusal(lambda: opened(ROOT / path, "a")) == "EROFS"
    assert refusal((ROOT / path).unlink) in ("EBUSY", "EXDEV")
    assert refusal(lambda: (ROOT / path).chmod(0o777)) == "EROFS"
    (ROOT / "mine").write_text("")
    assert refusal(lambda: os.replace(ROOT / "mine", ROOT / path)) in ("EBUSY", "EXDEV")
    assert refusal(lambda: os.link(ROOT / path, ROOT / "linked")) == "EXDEV"


def test_28_rename_of_tests() -> None:
    assert refusal(lambda: (ROOT / "tests").rename(ROOT / "gone")) in ("EXDEV", "EBUSY")


def test_29_start_up_files_of_python() -> None:
    packages = pathlib.Path(pytest.__file__).parents[1]
    for place in {packages, pathlib.Path(os.__file__).parent, pathlib.Path(sys.prefix)}:
        for name in ("evil.pth", "sitecustomize.py", "usercustomize.py"):
            assert refusal(lambda place=place, name=name: (place / name).write_text("import os")) in (
                "EROFS",
                "EACCES",
                "ENOENT",
            )


@pytest.mark.parametrize("path", ["/", "/etc", "/usr", "/usr/bin", "/home", "/proc", "/dev"])
def test_29_the_system(path: str) -> None:
    if os.path.exists(path):
        assert refusal(lambda: pathlib.Path(path, "evil").write_text("x")) in ("EROFS", "EACCES", "ENOENT")


def test_29_the_runner_itself() -> None:
    words = [word for _, content in readable("/proc/1/cmdline") for word in os.fsdecode(content).split("\0")]
    bootstrap = [word for word in words if word.endswith("bootstrap.py")]
    for word in bootstrap:
        assert refusal(lambda word=word: opened(word, "a")) in ("EROFS", "ENOENT", "EACCES")


def test_43_memory_that_no_limit_bounds() -> None:
    assert refusal(lambda: os.memfd_create("x")) == "EPERM"
    assert kernel("memfd_secret", 0) == "EPERM"
    assert call("shmget", 0, ctypes.c_size_t(2**30), 0o1600) == "EPERM"
    assert call("msgget", 0, 0o1600) == "EPERM"
    assert call("semget", 0, 32_000, 0o1600) == "EPERM"


def test_children_are_jailed_too() -> None:
    code = (
        "import ctypes, socket\nprint(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))\n"
        "try:\n    socket.socket(16, 3)\nexcept OSError as error:\n    print(error.errno)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["1", str(errno.EPERM)]
