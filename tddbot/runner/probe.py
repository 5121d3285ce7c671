"""What of a jail is possible on this machine, tried for real, and the remedy for each control that is not."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tddbot.runner import bubblewrap, cgroup

_ATTEMPTS = Path(__file__).parent / "guest" / "attempts.py"
_SECONDS = 60

_APPARMOR = "kernel/apparmor_restrict_unprivileged_userns"
_CLONE = "kernel/unprivileged_userns_clone"
_MOST = "user/max_user_namespaces"
_IN_A_CONTAINER = (
    "In a container: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined (or profiles that "
    "allow unshare, clone, mount and pivot_root)."
)
_DELEGATE = "Where systemd runs: systemd-run --user --scope -p Delegate=yes tddbot watch"
_OF_A_NAMESPACE = ("user namespace", "mount", "pid", "network", "ipc", "uts", "cgroup namespace", "overlay")


@dataclass(frozen=True, slots=True)
class Control:
    """One control that was tried. `holds` None: there is no need for it. `backends` are those that need it."""

    name: str
    holds: bool | None
    detail: str
    remedy: str = ""
    backends: tuple[str, ...] = ()


def probe(sysctl: Callable[[str], str | None] | None = None) -> tuple[Control, ...]:
    """Try every control; `sysctl` returns what a file below /proc/sys says, or None where there is none."""
    ask = sysctl or _sysctl
    done = subprocess.run(
        [sys.executable, "-I", str(_ATTEMPTS)],
        capture_output=True, text=True, check=True, timeout=_SECONDS, stdin=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    controls = [_control(json.loads(line), ask) for line in done.stdout.splitlines()]
    reason = bubblewrap.unfitness()
    detail, remedy = ("", "") if reason is None else (reason, _of_bubblewrap(reason, ask))
    return (*controls, Control("bubblewrap", reason is None, detail, remedy, ("bubblewrap",)), _group())


def _group() -> Control:
    """The one control that no jail needs: without it, memory and processes are bounded one by one."""
    reason = cgroup.probe()
    if reason is None:
        return Control("cgroup v2", True, "memory and processes of a jail are capped as a whole")
    return Control("cgroup v2", None, f"no cap on a jail as a whole: {reason}", _DELEGATE)


def _control(told: Mapping[str, object], sysctl: Callable[[str], str | None]) -> Control:
    name, holds, detail = str(told["control"]), told["holds"], str(told["detail"])
    assert holds is None or isinstance(holds, bool)
    remedy = "" if holds is not False else remedy_for(name, sysctl)
    return Control(name, holds, detail, remedy, _needed_by(name))


def _needed_by(name: str) -> tuple[str, ...]:
    if name in ("seccomp", "pidfd"):
        return ("namespaces", "bubblewrap", "landlock")
    if name == "Landlock":
        return ("landlock",)
    return () if name == "idmapped mount" else ("namespaces",)


def remedy_for(what: str, sysctl: Callable[[str], str | None] | None = None) -> str:
    """Say what to do about a control that failed, named as here or as a jail's refusal names it."""
    ask = sysctl or _sysctl
    if "mount_setattr" in what:
        return "Linux 5.12 or later."
    if what.startswith(_OF_A_NAMESPACE) or "namespace" in what or "unshare" in what:
        return _of_namespaces(ask)
    if "/proc" in what:
        return "Parts of /proc are covered, as in most containers: docker run --security-opt systempaths=unconfined."
    if "seccomp" in what:
        return "A kernel with CONFIG_SECCOMP_FILTER on x86_64 or aarch64 is needed; no jail goes without."
    if "Landlock" in what:
        return "Linux 6.12 or later, with landlock in CONFIG_LSM or lsm= on the kernel's command line."
    if "pidfd" in what:
        return "Linux 5.3 or later."
    if "idmapped" in what:
        return "Linux 5.19 or later; or run tddbot as the repository's owner, not as root."
    return ""


def _of_namespaces(sysctl: Callable[[str], str | None]) -> str:
    """The setting that forbids them is named where one does."""
    if sysctl(_MOST) == "0":
        return "sudo sysctl -w user.max_user_namespaces=10000"
    if sysctl(_CLONE) == "0":
        return "sudo sysctl -w kernel.unprivileged_userns_clone=1"
    if sysctl(_APPARMOR) == "1":
        return (
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile with `userns,` for "
            f"{os.path.realpath(sys.executable)}; bubblewrap often has one."
        )
    return _IN_A_CONTAINER + " Else: a kernel with CONFIG_USER_NS and Linux 5.12 or later."


def _of_bubblewrap(reason: str, sysctl: Callable[[str], str | None]) -> str:
    return bubblewrap.REMEDY if "not installed" in reason else _of_namespaces(sysctl)


def _sysctl(name: str) -> str | None:
    try:
        return Path("/proc/sys", name).read_text(encoding="ascii").strip()
    except OSError:
        return None
