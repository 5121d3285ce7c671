"""The jail's file tree: an allow-list root at the same paths as outside, with an overlay over the repository.

Everything here runs as the first process of new namespaces, with the capabilities of its own user namespace only.
"""

from __future__ import annotations

import base64
import contextlib
import os
import stat
from typing import Any

from tddbot.runner.guest import linux

_OLD = "/old"
_NEW = "/new"
_LOWER = "/lower"
_SCRATCH = "/scratch"
_EMPTY = "/empty"
_DEVICES = ("null", "zero", "full", "random", "urandom")
_SEALED = linux.MOUNT_ATTR_RDONLY | linux.MOUNT_ATTR_NOSUID | linux.MOUNT_ATTR_NODEV
_PLAIN = linux.MS_NOSUID | linux.MS_NODEV


class EditError(Exception):
    """An edit cannot be written: a path and why."""


def build(place: dict[str, Any], lower_fd: int | None) -> None:
    """Lay everything out that does not depend on the job; `lower_fd` is an idmapped mount of the repository."""
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    _step_aside()
    _make_scratch(place)
    _lay_out(place)
    _lay_overlay(place, lower_fd)
    for path in place["binds"]:
        if _inside(path, place["root"]):
            _bind(path)
    linux.detach(_OLD)


def enter(job: dict[str, Any]) -> int:
    """Write the candidate, hide and protect what must be, and move into the new root.

    Return a descriptor of the overlay's upper layer, to which no path leads any more.
    """
    write_edits(job, _NEW)
    _mask(job)
    _protect(job)
    upper = os.open(_SCRATCH + "/upper", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    os.chdir(_NEW)
    linux.pivot_root(".", ".")
    linux.detach(".")
    linux.restrict_mount("/", linux.MOUNT_ATTR_RDONLY, recursive=False)
    os.chdir(job["root"])
    return upper


def _step_aside() -> None:
    """Pivot to an empty tmpfs first: what is mounted later can then not hide the sources, wherever they lie."""
    linux.mount("tmpfs", "/tmp", "tmpfs", _PLAIN, "mode=755,size=16m")
    os.mkdir("/tmp" + _OLD)
    os.mkdir("/tmp" + _NEW)
    linux.pivot_root("/tmp", "/tmp" + _OLD)
    os.chdir("/")
    linux.mount("tmpfs", _NEW, "tmpfs", _PLAIN, "mode=755,size=16m")


def _make_scratch(job: dict[str, Any]) -> None:
    """One file system in memory for all that tests write, so that its size bounds them together."""
    room = job["tmp_bytes"]
    os.mkdir(_SCRATCH)
    linux.mount("tmpfs", _SCRATCH, "tmpfs", _PLAIN, "mode=755,size=%d,nr_inodes=%d" % (room, room // 4096 + 1000))
    for name in ("upper", "work"):
        os.mkdir(_SCRATCH + "/" + name)


def _offer(path: str, mode: int) -> None:
    """Bind a new writable directory at `path`."""
    source = _SCRATCH + "/" + path.replace("/", "-")
    os.mkdir(source)
    os.chmod(source, mode)
    os.makedirs(_NEW + path, exist_ok=True)
    linux.mount(source, _NEW + path, "", linux.MS_BIND)


def _lay_out(job: dict[str, Any]) -> None:
    for path, mode in (("/tmp", 0o1777), ("/var/tmp", 0o1777), (job["home"], 0o700)):
        _offer(path, mode)
    os.chown(_NEW + job["home"], job["uid"], job["gid"])
    _devices()
    _fresh_proc()
    for link, goal in job["links"]:
        os.makedirs(os.path.dirname(_NEW + link), exist_ok=True)
        if not os.path.lexists(_NEW + link):
            os.symlink(goal, _NEW + link)
    for path, text in job["files"]:
        os.makedirs(os.path.dirname(_NEW + path), exist_ok=True)
        with open(_NEW + path, "w", encoding="utf-8") as file:
            file.write(text)
    for path in job["binds"]:
        if not _inside(path, job["root"]):
            _bind(path)


def _fresh_proc() -> None:
    os.makedirs(_NEW + "/proc")
    try:
        linux.mount("proc", _NEW + "/proc", "proc", _PLAIN | linux.MS_NOEXEC)
    except OSError as error:  # where something lies over a part of the host's own: then none is shown at all
        raise OSError(error.errno, error.strerror, "a fresh /proc") from error
    for path in ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"):
        if os.path.exists(_NEW + path):
            linux.mount(_NEW + path, _NEW + path, "", linux.MS_BIND | linux.MS_REC)
            linux.restrict_mount(_NEW + path, _SEALED)


def _devices() -> None:
    linux_dev = _NEW + "/dev"
    os.makedirs(linux_dev)
    for name in _DEVICES:
        os.close(os.open(linux_dev + "/" + name, os.O_CREAT | os.O_WRONLY))
        linux.mount(_OLD + "/dev/" + name, linux_dev + "/" + name, "", linux.MS_BIND)
    for name, goal in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(goal, linux_dev + "/" + name)
    os.symlink("pts/ptmx", linux_dev + "/ptmx")
    _offer("/dev/shm", 0o1777)
    os.mkdir(linux_dev + "/pts")
    linux.mount("devpts", linux_dev + "/pts", "devpts", linux.MS_NOSUID, "newinstance,ptmxmode=0666,mode=620")


def _bind(path: str) -> None:
    """Bind a host path read-only at the same path; its symbolic links on the way were made by `links`."""
    source, target = _OLD + path, _NEW + path
    if not os.path.lexists(target):
        if os.path.isdir(source):
            os.makedirs(target, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    linux.mount(source, target, "", linux.MS_BIND | linux.MS_REC)
    linux.restrict_mount(target, _SEALED)


def _lay_overlay(job: dict[str, Any], lower_fd: int | None) -> None:
    """Mount the repository copy-on-write; what is written lands in a tmpfs that nobody else sees."""
    os.mkdir(_LOWER)
    if lower_fd is None:
        linux.mount(_OLD + job["root"], _LOWER, "", linux.MS_BIND | linux.MS_REC)
    else:
        linux.attach_mount(lower_fd, _LOWER)
    linux.restrict_mount(_LOWER, _SEALED)
    os.chown(_SCRATCH + "/upper", job["uid"], job["gid"])
    os.chmod(_SCRATCH + "/upper", stat.S_IMODE(os.stat(_LOWER).st_mode) | stat.S_IRWXU)
    _adopt(job["foreign"])
    target = _NEW + job["root"]
    os.makedirs(target, exist_ok=True)
    options = "lowerdir=%s,upperdir=%s/upper,workdir=%s/work,userxattr" % (_LOWER, _SCRATCH, _SCRATCH)
    linux.mount("overlay", target, "overlay", _PLAIN, options)


def _adopt(directories: list[str]) -> None:
    """Make directories that have an owner or a group unknown here in the upper layer: they could not be copied up."""
    for directory in directories:
        made = ""
        for part in directory.split("/"):
            made += "/" + part
            upper = _SCRATCH + "/upper" + made
            if not os.path.isdir(upper):
                os.mkdir(upper)
                os.chmod(upper, stat.S_IMODE(os.stat(_LOWER + made).st_mode) | stat.S_IRWXU)


def write_edits(job: dict[str, Any], above: str) -> None:
    """Write the candidate; the repository's path is looked up below `above`. Raise EditError for what cannot be."""
    for edit in job["edits"]:
        try:
            _write_edit(edit, job, above + job["root"])
        except OSError as error:
            raise EditError(edit["path"], error.strerror or "") from error


def _write_edit(edit: dict[str, Any], job: dict[str, Any], place: str) -> None:
    target = place + "/" + edit["path"]
    _refuse_links(place, edit["path"])
    mode = 0o644
    if os.path.lexists(target):
        mode = stat.S_IMODE(os.stat(target).st_mode)
        os.unlink(target)
    _forget_compiled(target)
    if edit["content"] is None:
        return
    _make_directories(os.path.dirname(target), job)
    with open(target, "wb") as file:
        file.write(base64.b64decode(edit["content"]))
    os.chown(target, job["uid"], job["gid"])
    os.chmod(target, mode)
    # A compiled file next to it is valid for a size and a time stamp; no source has this one.
    os.utime(target, (edit["stamp"], edit["stamp"]))


def _forget_compiled(source: str) -> None:
    """Remove what Python compiled from `source`: there is a kind that is never checked against it."""
    directory, name = os.path.split(source)
    cache, stem = os.path.join(directory, "__pycache__"), os.path.splitext(name)[0] + "."
    with contextlib.suppress(OSError):  # in a directory of somebody else's, or there is none
        for compiled in os.listdir(cache):
            if compiled.startswith(stem) and compiled.endswith(".pyc"):
                os.unlink(os.path.join(cache, compiled))


def _make_directories(path: str, job: dict[str, Any]) -> None:
    if not os.path.isdir(path):
        _make_directories(os.path.dirname(path), job)
        os.mkdir(path)
        os.chown(path, job["uid"], job["gid"])


def _refuse_links(root: str, path: str) -> None:
    parts = path.split("/")
    if not {"", ".", ".."}.isdisjoint(parts):
        raise PermissionError(1, "it leaves the repository or is not normal", path)
    for depth in range(1, len(parts) + 1):
        if os.path.islink(os.path.join(root, *parts[:depth])):
            raise PermissionError(1, "a symbolic link is on the way", path)


def _mask(job: dict[str, Any]) -> None:
    """Put an empty file or directory over what no test may see."""
    os.close(os.open(_EMPTY, os.O_CREAT | os.O_WRONLY, 0o444))
    for path in job["masked"]:
        target = _NEW + job["root"] + "/" + path
        if os.path.islink(target) or not os.path.exists(target):
            continue
        if os.path.isdir(target):
            linux.mount("tmpfs", target, "tmpfs", _PLAIN, "mode=555,size=4k")
        else:
            linux.mount(_EMPTY, target, "", linux.MS_BIND)
        linux.restrict_mount(target, linux.MOUNT_ATTR_RDONLY)


def _protect(job: dict[str, Any]) -> None:
    """Bind the protected originals over the workspace, last of all; as `_LOWER` is, so are they read-only."""
    for path in job["protected"]:
        target = _NEW + job["root"] + "/" + path
        if not os.path.islink(target) and os.path.exists(target):
            linux.mount(_LOWER + "/" + path, target, "", linux.MS_BIND)


def _inside(path: str, root: str) -> bool:
    return path.startswith(root + "/")
