import os

from tddbot.watcher.fingerprint import ABSENT, LARGE, differ, digest_of, fingerprint, glance, stamp


def settle(path) -> None:
    os.utime(path, (1, 1))


def test_content_decides_and_not_the_time(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"a\r\n\xff")
    before = fingerprint(path)
    settle(path)
    assert not differ(before, fingerprint(path))
    assert before.digest == digest_of(b"a\r\n\xff")
    path.write_bytes(b"b\r\n\xff")
    settle(path)
    assert differ(before, fingerprint(path))


def test_a_glance_sees_a_write_by_its_stamp(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"a")
    before = glance(path)
    assert not differ(before, glance(path))
    path.write_bytes(b"more")
    assert differ(before, glance(path))
    assert differ(before, fingerprint(path))


def test_a_file_written_a_moment_ago_is_looked_at_again(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"a")
    os.utime(path, (2**40, 2**40))
    assert fingerprint(path).stamp != stamp(path)


def test_absence_directories_and_pipes_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("nothing", "pipe", "."):
        assert fingerprint(tmp_path / name) == glance(tmp_path / name) == ABSENT


def test_an_empty_file_is_not_an_absent_one(tmp_path):
    (tmp_path / "a").touch()
    assert differ(fingerprint(tmp_path / "a"), ABSENT)
    assert differ(glance(tmp_path / "a"), ABSENT)


def test_a_link_is_its_target_and_never_followed(tmp_path):
    (tmp_path / "link").symlink_to("one")
    before = fingerprint(tmp_path / "link")
    (tmp_path / "one").write_text("x")
    assert not differ(before, fingerprint(tmp_path / "link"))
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("two")
    assert differ(before, fingerprint(tmp_path / "link"))


def test_a_large_file_is_known_by_its_stamp(tmp_path):
    path = tmp_path / "data.bin"
    path.touch()
    os.truncate(path, LARGE + 1)
    before = fingerprint(path)
    assert before.digest is None
    os.truncate(path, LARGE + 2)
    assert differ(before, fingerprint(path))
