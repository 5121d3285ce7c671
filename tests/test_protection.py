import pytest
from hypothesis import given
from hypothesis import strategies as st

from tddbot.protection import is_secret, is_test, path_fault, protected_as

TESTS = [
    "test_a.py", "a_test.py", "conftest.py", "src/pkg/conftest.py", "tests/helper.py", "pkg/tests/data/x.json",
    "test/fixtures/a.txt", "tests.py", "pkg/test.py", "TESTS/A.PY", "Conftest.py", "pkg/Test_A.py",
]  # fmt: skip
CONFIGURATION = [
    "pytest.ini", ".pytest.ini", "pyproject.toml", "sub/pyproject.toml", "tox.ini", "setup.cfg", "setup.py",
    ".coveragerc", "noxfile.py", "sitecustomize.py", "lib/usercustomize.py", "a/b.pth", "A.PTH", ".gitattributes",
    ".gitmodules", "PyProject.toml", "pytest.toml",
]  # fmt: skip
TOOLS = [".git/hooks/pre-commit", "sub/.git/config", ".GIT/config", ".github/workflows/ci.yml", ".husky/pre-push"]
SECRETS = [".env", ".env.local", "deploy/server.pem", "id_rsa", "home/id_ed25519.pub", ".netrc", "a.key", ".PYPIRC"]
OPEN = [
    "a.py", "src/pkg/core.py", "pkg/testing.py", "pkg/contest.py", "latest.py", "pkg/attest/x.py", "docs/testing.md",
    "pkg/conf.py", "requirements.txt", ".env.example", "pkg/secret.key.py", "gitignore.py", "pkg/üñí.py", "a b/c\nd.py",
]  # fmt: skip


@pytest.mark.parametrize("path", TESTS)
def test_tests_are_the_users(path):
    assert is_test(path)
    assert protected_as(path) == "a test"


@pytest.mark.parametrize("path", CONFIGURATION)
def test_what_steers_the_test_run_is_protected(path):
    assert protected_as(path) == "configuration of the test run"


@pytest.mark.parametrize("path", TOOLS)
def test_tools_directories_are_protected(path):
    assert protected_as(path) == "a tool's own directory"


@pytest.mark.parametrize("path", SECRETS)
def test_files_of_secrets_are_protected(path):
    assert is_secret(path)
    assert protected_as(path) == "a file of secrets"


@pytest.mark.parametrize("path", OPEN)
def test_all_else_is_open(path):
    assert protected_as(path) is None


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../a.py", "a/../b.py", "a/./b.py", "./a.py", "a//b.py", "a/", "C:/a.py", "a\\b.py", "a\0.py"],
)
def test_what_is_no_plain_path_is_refused(path):
    fault = path_fault(path)
    assert fault
    assert protected_as(path) == f"a path that {fault}"


def test_the_projects_own_patterns_span_directories_and_ignore_case():
    own = ("legacy/*", "*.sql", "Vendor/[ab].py")
    assert protected_as("legacy/deep/x.py", own) == "protected by this project"
    assert protected_as("Legacy/x.py", own)
    assert protected_as("db/init.SQL", own)
    assert protected_as("vendor/a.py", own)
    assert protected_as("vendor/c.py", own) is None


@given(st.text(max_size=30))
def test_any_text_gets_an_answer_whatever_its_case(path):
    assert path_fault(path) is None or protected_as(path)
    if path.isascii():
        assert (protected_as(path) is None) == (protected_as(path.upper()) is None)


@given(st.lists(st.sampled_from(["a", "..", ".", "", "b.py"]), min_size=1, max_size=5))
def test_a_path_without_a_fault_stays_inside(parts):
    path = "/".join(parts)
    assert (path_fault(path) is None) == (not {"..", ".", ""}.intersection(parts))
