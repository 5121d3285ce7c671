import pytest

from tddbot.watcher.noise import is_noise, is_tool_tree


@pytest.mark.parametrize(
    "path",
    [
        "a/.b.py.swp",
        "b.py~",
        "a/.#b.py",
        "4913",
        "a/4913",
        ".tddbot-17.tmp",
        "x.py___jb_tmp___",
        "#b.py#",
        "a/__pycache__/b",
        "a/.venv/b/c.py",
    ],
)
def test_what_editors_and_tools_leave(path):
    assert is_noise(path)


@pytest.mark.parametrize(
    "path", ["a.py", "test_4913.py", "a~/b.py", ".env.tmp", "a.swp/b.py", "swp", "a.venv/b.py", "venv.py"]
)
def test_the_users_files(path):
    assert not is_noise(path)


def test_trees_of_tools():
    assert is_tool_tree("a/__pycache__")
    assert not is_tool_tree("__pycache__/a")
