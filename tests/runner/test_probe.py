"""What of a jail is possible here is found by trying it, and each failure has its remedy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tddbot.runner.probe import probe, remedy_for
from tests.runner.tools import require_namespaces

ROOT = Path(__file__).parents[2]
ATTEMPTS = ROOT / "tddbot" / "runner" / "guest" / "attempts.py"


def test_every_control_is_tried() -> None:
    require_namespaces()
    controls = {control.name: control for control in probe()}
    for name in ("user namespace", "mount namespace", "pid namespace", "network namespace", "overlay", "fresh /proc"):
        assert controls[name].holds, controls[name]
        assert "namespaces" in controls[name].backends
    assert {"seccomp", "Landlock", "bubblewrap", "pidfd", "idmapped mount", "cgroup v2"} <= controls.keys()
    assert all(control.remedy for control in controls.values() if control.holds is False)


def test_what_is_denied_is_found_out_by_trying() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.runner.denied", "all", sys.executable, "-I", str(ATTEMPTS)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = {told["control"]: told for told in map(json.loads, done.stdout.splitlines())}
    denied = {name for name, told in found.items() if told["holds"] is False}
    assert {"user namespace", "mount namespace", "network namespace", "overlay", "fresh /proc"} <= denied
    assert not denied & {"seccomp", "pidfd"}
    assert "not permitted" in found["user namespace"]["detail"]


SETTINGS = {
    "user/max_user_namespaces": ("0", "user.max_user_namespaces"),
    "kernel/unprivileged_userns_clone": ("0", "kernel.unprivileged_userns_clone=1"),
    "kernel/apparmor_restrict_unprivileged_userns": ("1", "kernel.apparmor_restrict_unprivileged_userns=0"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_setting_that_forbids_namespaces_is_named(name: str) -> None:
    value, remedy = SETTINGS[name]
    said = remedy_for("user namespace", lambda asked: value if asked == name else None)
    assert remedy in said
    assert "docker" not in said


@pytest.mark.parametrize(
    ("what", "remedy"),
    [
        ("mount, pid, net, ipc, uts and cgroup namespaces", "docker run --security-opt"),
        ("a fresh /proc", "systempaths=unconfined"),
        ("filter on system calls (seccomp)", "CONFIG_SECCOMP_FILTER"),
        ("Landlock", "CONFIG_LSM"),
        ("mount_setattr /new/usr", "Linux 5.12"),
        ("idmapped mount", "Linux 5.19"),
    ],
)
def test_each_refusal_of_a_jail_has_a_remedy(what: str, remedy: str) -> None:
    assert remedy in remedy_for(what, lambda _: None)
