"""What the zygote finds out for its forks makes no difference but in time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tddbot.domain import Ending
from tests.runner.test_warm import Library
from tests.runner.tools import WarmProject

SEEN = """
import pytest

def defined(manager):
    for kind in ("_arg2fixturedefs", "_arg2nodeid2fixturedefs", "_arg2node2fixturedefs"):
        for name, found in getattr(manager, kind, {}).items():
            for each in sum(map(list, found.values() if isinstance(found, dict) else [found]), []):
                where = (getattr(each.func, name, "") for name in ("__module__", "__qualname__"))
                yield name, (*where, each.argnames)

def names(session):
    found = {}
    for name, what in defined(session._fixturemanager):
        found.setdefault(name, []).append(what)
    # The guest's own plugins have no name, and a fork of the zygote has no watch.
    hooks = {name: sorted(str(each.plugin_name) for each in caller.get_hookimpls() if not each.plugin_name.isdigit())
             for name, caller in vars(session.config.hook).items() if hasattr(caller, "get_hookimpls")}
    plugins = [name for name, plugin in session.config.pluginmanager.list_name_plugin() if plugin is not None]
    return {"fixtures": found, "hooks": hooks, "plugins": plugins}

@pytest.mark.parametrize("part", range(16))
def test_names(request, part):
    found = names(request.session)
    lines = [f"fixture {name} {what}" for name, what in found["fixtures"].items()]
    lines += [f"hook {name} {what}" for name, what in found["hooks"].items()]
    lines += [f"plugin {name}" for name in found["plugins"] if not name.isdigit()]
    raise AssertionError(";".join(sorted(lines)[part::16]))

def test_other(): pass
"""


@pytest.fixture
def warm(tmp_path: Path) -> Iterator[WarmProject]:
    with WarmProject(tmp_path / "project") as project:
        yield project


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.at(tmp_path) as library:
        yield library


def told(project: WarmProject, warm: bool) -> set[str]:
    """What the test says, which is more than fits into one failure."""
    run = project.run("test_names.py", warm=warm)
    failures = [result.failure for result in run.results.values()]
    assert len(failures) == 17
    lines = {line for failure in failures if failure for line in failure.message.split(";")}
    assert len(lines) > 100, lines
    return lines


@pytest.mark.parametrize("how", ["all", "without one", "none"])
def test_fixtures_and_hooks_are_those_of_a_cold_run(warm: WarmProject, how: str) -> None:
    """Of pytest's own plugins and of those that are installed: asyncio's, anyio's, Django's, Hypothesis' and more."""
    pytest.importorskip("pytest_asyncio")
    pytest.importorskip("anyio")
    conftest = "import pytest\n@pytest.fixture\ndef mine(tmp_path): pass\ndef pytest_runtest_setup(item): pass\n"
    warm.write({"test_names.py": SEEN, "conftest.py": conftest, "pytest.ini": "[pytest]\n"})
    if how == "without one":
        warm.write({"pytest.ini": "[pytest]\naddopts = -p no:asyncio -p no:cacheprovider\n"})
    if how == "none":
        warm.runner.settings.env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    warm.prime()
    cold = told(warm, warm=False)
    assert told(warm, warm=True) == cold
    assert any("fixture anyio_backend " in line for line in cold) is (how != "none")
    assert any("fixture event_loop_policy " in line for line in cold) is (how == "all")
    assert ("plugin cacheprovider" in cold) is (how != "without one")
    warm.runner.settings.env.clear()


OTHER = """
import sys, pluggy
def called(plugin):
    manager = pluggy.PluginManager("other")
    manager.register(plugin)
    return len(manager.get_hookcallers(plugin))
@pluggy.HookimplMarker("other")
def other_hook(): return 1
at_import = called(sys.modules[__name__])
"""


def test_another_manager_of_hooks_works_on_a_plugin_of_pytests(library: Library) -> None:
    """In a test, at the import of a module that a conftest names, and while a plugin is being registered."""
    library.install({"installed.py": OTHER}, plugin="installed")
    conftest = "import helper, installed\npytest_plugins = ['named']\nin_hook = []\n"
    conftest += "def pytest_plugin_registered(plugin):\n    if getattr(plugin, '__name__', '') == 'named':\n"
    conftest += "        in_hook.append(helper.called(plugin))\n"
    source = "import conftest, helper, installed, named\ndef test_import(): assert named.at_import == 1\n"
    source += "def test_hook(): assert conftest.in_hook == [1]\n"
    source += "def test_call():\n    assert helper.called(installed) == helper.called(named) == 1\n"
    library.write({"conftest.py": conftest, "helper.py": OTHER, "named.py": OTHER, "test_a.py": source})
    assert len(library.prime().greens()) == 3
    assert library.zygote is not None
    run = library.run()
    assert len(run.greens()) == 3, run.results


def test_a_plugin_that_stands_for_something_is_not_asked_what_it_is(library: Library) -> None:
    """A global of a plugin's may be a stand-in that loads what it stands for, which may be the repository's own."""
    proxy = "class Proxy:\n    def __getattribute__(self, name):\n        raise RuntimeError(name)\nproxy = Proxy()\n"
    library.install({"stands.py": f"import pytest\n{proxy}@pytest.fixture\ndef there(): return 1\n"}, plugin="stands")
    library.write({"test_a.py": "def test_a(there): assert there == 1\n"})
    assert library.prime().greens()
    assert library.zygote is not None
    assert library.run().greens()


def test_warnings_as_errors_bring_none_about_what_is_loaded_already(library: Library) -> None:
    library.install({"helps.py": "def check(x): assert x == 1\n", "plug.py": "import helps\n"}, plugin="plug")
    quiet = "asyncio_default_fixture_loop_scope = function\n"
    library.write({"pytest.ini": f"[pytest]\naddopts = -W error\n{quiet}"})
    library.write({"conftest.py": "import pytest\npytest.register_assert_rewrite('tested')\n", "tested.py": "x = 1\n"})
    library.write({"test_a.py": "import tested\ndef test_a(): assert tested.x == 1\n"})
    assert library.prime().greens()
    assert library.zygote is not None
    run = library.run()
    assert run.ending is Ending.COMPLETE, run.detail
    assert run.greens()
