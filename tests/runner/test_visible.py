"""What of the host a jail shows, as a pure function of paths."""

from pathlib import Path

import pytest

from tddbot.errors import UsageError
from tddbot.runner.interpreter import Interpreter
from tddbot.runner.visible import allow_list


def python(*prefixes: Path, path: tuple[Path, ...] = ()) -> Interpreter:
    places = tuple(map(str, prefixes))
    return Interpreter(f"{places[0]}/bin/python", "3.11.1", "8.0", places, tuple(map(str, path)), ())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path.resolve() / "home"
    for name in ("project/src", "project/.venv/bin", "lib", "bin", ".ssh", "data"):
        (place / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(place))
    return place


def shown(
    home: Path, interpreter: Interpreter, search: tuple[Path, ...] = (), readable: tuple[str, ...] = ()
) -> set[str]:
    seen = allow_list(interpreter, home / "project", map(str, search), readable, (1, 1))
    return {path.removeprefix(f"{home.parent}/") for path in seen.binds if path.startswith(str(home.parent))}


def test_an_environment_in_the_repository_is_shown_and_its_sources_are_not_bound(home: Path) -> None:
    interpreter = python(home / "project/.venv", path=(home / "project/src", home / "project"))
    assert shown(home, interpreter) == {"home/project/.venv"}


def test_a_prefix_that_is_somebodys_home_is_taken_in_parts(home: Path) -> None:
    assert shown(home, python(home)) == {"home/bin", "home/lib"}
    assert shown(home, python(home.parent)) == set()


def test_a_search_path_that_holds_a_home_or_all_is_left_out(home: Path) -> None:
    search = (home, home.parent, Path("/"), home / "data", home / "project", home / "project/src")
    assert shown(home, python(Path("/usr")), search) == {"home/data"}


def test_a_path_in_settings_is_shown(home: Path) -> None:
    assert shown(home, python(Path("/usr")), readable=(f"{home}/data/",)) == {"home/data"}


@pytest.mark.parametrize("name", ["/", "{home}", "{home}/../home", "{home}/project", "{home}/..", "data"])
def test_a_path_in_settings_may_not_hold_a_home(home: Path, name: str) -> None:
    with pytest.raises(UsageError, match="readable names"):
        shown(home, python(Path("/usr")), readable=(name.format(home=home),))


def test_symbolic_links_on_the_way_are_made_again(home: Path) -> None:
    (home / "link").symlink_to("data")
    (home / "data" / "x").mkdir()
    (home / "loop").symlink_to("loop")
    seen = allow_list(python(Path("/usr")), home / "project", (), (f"{home}/link/x", f"{home}/loop"), (1, 1))
    assert f"{home}/data/x" in seen.binds
    assert (f"{home}/link", "data") in seen.links


def test_what_lies_in_another_place_that_is_shown_is_not_bound_again(home: Path) -> None:
    assert shown(home, python(home / "lib", path=(home / "lib/python3", home / "lib/python3/site-packages"))) == {
        "home/lib"
    }
