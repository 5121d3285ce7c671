"""A script: applies a patch again and again in a forked child, to which something happens at its nth system call.

The child is killed, or interrupted, or its disk fails (once, or from then on), or the user saves a file. It prints one
JSON object: how many calls were struck, which endings there were, and every breach of what must hold.

The calls are those that Python announces to audit hooks, so that nothing has to be built into the code under test.
"""

import errno
import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath

from tddbot.domain import Applied, Edit, Patch
from tddbot.repository import lock
from tddbot.repository.apply import apply
from tddbot.repository.recover import recover
from tests.repository.tools import fingerprint

CALLS = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "fcntl.flock"}
FILES = {"a.py": "a = 1\n", "deep/b.py": "b = 'ä'\r\n", "gone/c.py": "c = 1\n"}
PATCH = Patch(
    (
        Edit("a.py", FILES["a.py"], "a = 2\n"),
        Edit("new/sub/d.py", None, "d = 1\n"),
        Edit("deep/b.py", FILES["deep/b.py"], "b = 'ö'\r\n", "latin-1"),
        Edit("gone/c.py", FILES["gone/c.py"], None),
    )
)
TYPED = b"the user typed this\n"
APPLIED, CONFLICT, INTERRUPTED = 10, 11, 12


def make(top: Path) -> tuple[Path, Path]:
    shutil.rmtree(top, ignore_errors=True)
    root, desk = top / "tree", top / "desk"
    for path, text in FILES.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("latin-1"))
    (root / "deep" / "b.py").chmod(0o750)
    (root / "gone" / "c.py").chmod(0o711)
    desk.mkdir()
    return root, desk


def child(work: Callable[[], int], strike: Callable[[str], None], nth: int) -> int:
    """Run `work` in a forked child, and `strike` from its nth call on; return its exit status or minus the signal."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    count = 0
    inside = False

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count, inside
        if event in CALLS and not inside:
            count += 1
            if count >= nth:
                inside = True
                try:
                    strike("first" if count == nth else "later")
                finally:
                    inside = False

    sys.addaudithook(hook)
    try:
        status = work()
        os._exit(status if count >= nth else 0)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)
    except OSError:
        os._exit(13)


def applying(root: Path, desk: Path, patch: Patch = PATCH) -> int:
    return APPLIED if isinstance(apply(desk, root, patch, ()), Applied) else CONFLICT


def recovering(root: Path, desk: Path) -> int:
    with lock.held(desk):
        recover(desk, root)
    return 1


def kill(turn: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail_once(turn: str) -> None:
    if turn == "first":
        raise OSError(errno.ENOSPC, "No space left on device")


def fail_on(turn: str) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def interrupt(turn: str) -> None:
    if turn == "first":
        raise KeyboardInterrupt


class Report:
    """What is true of every struck child, and where it was not."""

    def __init__(self, top: Path) -> None:
        root, desk = make(top)
        self.before = fingerprint(root)
        assert applying(root, desk) == APPLIED
        self.after = fingerprint(root)
        self.strikes = 0
        self.endings: Counter[str] = Counter()
        self.breaches: list[str] = []

    def check(self, name: str, held: bool) -> None:
        if not held:
            self.breaches.append(name)

    def settled(self, name: str, root: Path, desk: Path) -> str:
        """Note whether the tree is wholly before or wholly after, and tddbot's directory tidy."""
        tree = fingerprint(root)
        ending = "before" if tree == self.before else "after" if tree == self.after else "neither"
        self.endings[ending] += 1
        self.check(f"{name}: {sorted(tree)} is neither", ending != "neither")
        left = {path.name for path in desk.iterdir()} - {"lock", "memory.json"}
        self.check(f"{name}: {left} left", not left)
        return ending


def killed(report: Report, top: Path, nth: int) -> bool:
    root, desk = make(top)
    if child(partial(applying, root, desk), kill, nth) == 0:
        return False
    recovering(root, desk)
    report.settled(f"killed at {nth}", root, desk)
    report.check(f"killed at {nth}: recovery repeats itself", recover(desk, root) == ())
    return True


def killed_twice(report: Report, top: Path, nth: int) -> bool:
    again, killed_again = 1, True
    while killed_again:
        root, desk = make(top)
        if child(partial(applying, root, desk), kill, nth) == 0:
            return False
        killed_again = child(partial(recovering, root, desk), kill, again) < 0
        recovering(root, desk)
        report.settled(f"killed at {nth}, recovery at {again}", root, desk)
        again += 1
    return True


def failed(strike: Callable[[str], None]) -> Callable[[Report, Path, int], bool]:
    def step(report: Report, top: Path, nth: int) -> bool:
        root, desk = make(top)
        status = child(partial(applying, root, desk), strike, nth)
        if status == 0:
            return False
        report.check(f"at {nth}: status {status}", status in (APPLIED, CONFLICT, INTERRUPTED))
        if strike is not fail_on and status != APPLIED:
            tree = fingerprint(root)
            report.check(f"at {nth}: not whole without a recovery", tree in (report.before, report.after))
        recovering(root, desk)
        ending = report.settled(f"at {nth}", root, desk)
        if status != INTERRUPTED:
            report.check(f"at {nth}: {status} but {ending}", ending == ("after" if status == APPLIED else "before"))
        return True

    return step


def saved(path: str) -> Callable[[Report, Path, int], bool]:
    """The user saves `path` meanwhile, where its directory is there; everything else is wholly before or after."""
    own = {path, *(parent.as_posix() for parent in PurePosixPath(path).parents)}

    def rest(tree: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
        return {name: value for name, value in tree.items() if name not in own}

    def step(report: Report, top: Path, nth: int) -> bool:
        root, desk = make(top)
        file = root / path

        def save(turn: str) -> None:
            if turn == "first" and file.parent.is_dir():
                file.write_bytes(TYPED)
                (desk / "saved").touch()

        status = child(partial(applying, root, desk), save, nth)
        if status == 0:
            return False
        if (desk / "saved").exists():
            kept = file.is_file() and file.read_bytes() == TYPED
            report.endings["kept" if kept else "lost"] += 1
            report.check(f"at {nth}: a conflict lost the user's text", kept or status == APPLIED)
        whole = report.after if status == APPLIED else report.before
        report.check(f"at {nth}: {status}, not whole", rest(fingerprint(root)) == rest(whole))
        return True

    return step


STEPS: dict[str, Callable[[Report, Path, int], bool]] = {
    "killed": killed,
    "killed twice": killed_twice,
    "disk fails once": failed(fail_once),
    "disk fails on": failed(fail_on),
    "interrupted": failed(interrupt),
    "user edits": saved("deep/b.py"),
    "user creates": saved("new/sub/d.py"),
}


def main(name: str, top: Path) -> None:
    os.umask(0o022)
    report, nth = Report(top), 1
    while STEPS[name](report, top, nth):
        report.strikes += 1
        nth += 7 if name == "killed twice" else 1  # each of those is killed at every call of its recovery too
    print(json.dumps({"strikes": report.strikes, "endings": report.endings, "breaches": report.breaches}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
