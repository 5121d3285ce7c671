"""From outside of a jail: puts its first process into the group that caps the whole of it."""

from __future__ import annotations


def enter(group: "str | None", pid: int) -> None:
    """Move process `pid` into the group at that path; its children are born there. Without a group, do nothing."""
    if group is not None:
        with open(group + "/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(pid))
