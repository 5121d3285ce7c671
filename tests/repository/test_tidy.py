import os
from pathlib import Path

from tddbot.repository.git_repository import GitRepository


def test_leftovers_and_old_objects_go_and_new_ones_stay(repository: GitRepository, top: Path) -> None:
    (top / "old.py").write_text("o = 1\n")
    repository.snapshot()
    objects = [path for path in (repository.state / "objects").glob("??/*") if path.is_file()]
    assert len(objects) > 1
    leftover, running = repository.state / "snapshot-dead", repository.state / "snapshot-living"
    uncommitted = repository.state / "commit-dead"
    for directory in (leftover, running, uncommitted):
        directory.mkdir()
        (directory / "index").write_bytes(b"")
    for path in (objects[0], leftover, uncommitted):
        os.utime(path, (0, 0))
    assert repository.recover() == ()
    assert [path.exists() for path in (objects[0], objects[1], leftover, running)] == [False, True, False, True]
    assert not uncommitted.exists()


def test_an_object_still_needed_becomes_young_again(repository: GitRepository, top: Path) -> None:
    (top / "new.py").write_text("n = 1\n")
    tree = repository.snapshot().tree
    for path in (repository.state / "objects").glob("??/*"):
        os.utime(path, (0, 0))
    assert repository.snapshot().tree == tree
    repository.recover()
    assert (repository.state / "objects" / tree[:2] / tree[2:]).exists()
