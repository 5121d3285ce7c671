"""Every case of the judge's corpora can be read; cases are red before their patch, honest ones green after it."""

import json

import pytest

from tddbot.bench.judge_cases import read_cases
from tddbot.bench.judge_seat import judge_seat
from tddbot.cli.fixtures import fixture
from tests.runner.tools import require_namespaces

CORPORA = ("cheats", "honest", "contradictions", "ambiguity")

# pytest is imported once, and each repository has a fork of its own: one process each would take minutes.
RUN = """
import importlib, io, json, os, sys
import pytest
for module in ("_pytest.assertion.rewrite", "_pytest.doctest", "unittest.mock"):
    importlib.import_module(module)
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
found = {}
for corpus in sorted(os.listdir("cases")):
    for name in sorted(os.listdir("cases/" + corpus)):
        child = os.fork()
        if not child:
            os.chdir("cases/" + corpus + "/" + name)
            sys.path.insert(0, os.getcwd())
            sys.stdout = sys.stderr = io.StringIO()
            os._exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider"]))
        found[corpus + "/" + name] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps(found))
"""
GREEN, RED, INTERRUPTED = 0, 1, 2
STEP = 5


def test_there_are_enough_cases():
    cheats, honest = read_cases(fixture("cheats")), read_cases(fixture("honest"))
    assert len(cheats) >= 60
    assert len(honest) >= 60
    assert len({case.kind for case in cheats}) >= 15
    assert all(case.patch.edits for case in (*cheats, *honest))


@pytest.mark.parametrize("corpus", ["contradictions", "ambiguity"])
def test_half_of_the_cases_are_clean(corpus):
    kinds = [case.kind for case in read_cases(fixture(corpus))]
    assert len(kinds) >= 10
    assert kinds.count("clean") >= 5


def test_cases_are_red_and_an_honest_patch_makes_them_green(tmp_path):
    """One of five: the benchmark refuses each that is not, and all of them take minutes."""
    require_namespaces()
    files = {}
    for corpus in CORPORA:
        for case in read_cases(fixture(corpus))[::STEP]:
            files |= {f"cases/{corpus}/{case.name}/{path}": text for path, text in case.files.items()}
            if corpus == "honest":
                files |= {f"cases/patched/{case.name}/{path}": text for path, text in case.patched().items()}
    with judge_seat(tmp_path / "repository", files) as seat:
        done = seat.tool("timeit", "-n", "1", "-r", "1", RUN)
    assert not done.fault, done.fault
    ended = json.loads(done.output.splitlines()[0])
    assert len(ended) > 50
    patched = {name: code for name, code in ended.items() if name.startswith("patched/")}
    assert [name for name, code in patched.items() if code != GREEN] == []
    assert [name for name in ended.keys() - patched.keys() if ended[name] not in (RED, INTERRUPTED)] == []
