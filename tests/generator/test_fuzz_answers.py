"""Generated answers against every parser of what a model or its server says: no crash, and no edit outside the policy.

Each of hypothesis' examples is a handful of parts, out of which twenty inputs are put together. A few hundred inputs
for each parser in the ordinary suite; `TDDBOT_FUZZ_EXAMPLES` says how many else:

    TDDBOT_FUZZ_EXAMPLES=100000 pytest tests/generator/test_fuzz_answers.py
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tddbot.domain import Brief, Excerpt, Patch, Role
from tddbot.errors import UsageError
from tddbot.generator.answers.abort import Contradiction, Needs, Vain, read_abort
from tddbot.generator.answers.answer import Outcome, parse
from tddbot.generator.answers.blocks import read_blocks
from tddbot.generator.answers.faults import Fault
from tddbot.generator.answers.names import lost_names
from tddbot.generator.answers.search import Miss, nearest, replaced
from tddbot.generator.wire import chat_stream, endings, sse, stream
from tddbot.generator.wire.dialect import Dialect, of_facts, simpler, to_facts
from tddbot.generator.wire.endings import CallEnd, End
from tddbot.generator.wire.replaying import Replay
from tddbot.parsing import Unparsable, parsed
from tddbot.protection import path_fault, protected_as
from tests.generator.samples import NODE, SOURCE, brief

MIXES = 20
EXAMPLES = int(os.environ.get("TDDBOT_FUZZ_EXAMPLES", "400"))
fuzzed = settings(
    max_examples=max(1, EXAMPLES // MIXES),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)

SEEDS = st.integers(0, 2**32)
T = TypeVar("T")


def mixed(parts: Sequence[T], seed: int) -> Iterator[list[T]]:
    """Yield the parts as they are, and then other sequences of them."""
    random = Random(seed)
    yield list(parts)
    for _ in range(MIXES - 1):
        yield random.choices(parts, k=random.randint(1, 2 * len(parts))) if parts else []


PROTECT = ("vendored/*", "*.lock")
FILES = {
    "calc.py": SOURCE.encode(),
    "hidden.py": b"class Hidden:\n    LIMIT = 1\n\n    def get(self):\n        return 1\n",
    "crlf.py": b"# coding: latin-1\r\nNAME = 'K\xe4se'\r\nLIMIT = 1\r\n",
    "bom.py": b"\xef\xbb\xbfx = 1",
    "bin.dat": b"\0\1\2",
    "pkg/__init__.py": b"from .a import f\n\n__all__ = ['f']\n",
    "pkg/form.py": b"x = 1\x0cy = 2\n=======\n",
    "tests/test_calc.py": b"def test_double(): ...\n",
    "conftest.py": b"",
}
BRIEF = Brief(
    brief().target,
    (
        *brief().excerpts,
        Excerpt("checks/check_it.py", "def check_it(): ...\n", Role.SIBLING),
        Excerpt("checks/shared.py", "", Role.CONFTEST),
        Excerpt("pkg/__init__.py", FILES["pkg/__init__.py"].decode(), Role.SOURCE),
        Excerpt("pkg/new.py", "", Role.MISSING),
        Excerpt("pkg/far.py", "def far(): ...\n", Role.SIGNATURES),
        Excerpt("", "pkg/far.py: far", Role.MAP),
    ),
)
TESTS = {"tests/test_calc.py", "checks/check_it.py", "checks/shared.py"}

GOOD_PATHS = (
    "calc.py",
    "hidden.py",
    "crlf.py",
    "bom.py",
    "pkg/__init__.py",
    "pkg/form.py",
    "pkg/new.py",
    "new/a b.py",
    "köln.txt",
)
EVIL_PATHS = (
    "../up.py", "a/../../up.py", "./../up.py", "/etc/passwd", "/abs.py", "//abs.py", "~/x.py", "C:\\x.py", "c:/x.py",
    "a\\..\\b.py", "\\\\host\\x.py", ".git/hooks/x", ".GIT/config", ".git", "sub/.git/config",
    ".github/workflows/x.yml",
    "conftest.py", "CONFTEST.PY", "pkg/conftest.py", "conftest.py/x.py", "tests/test_calc.py", "tests", "Tests/x.py",
    "checks/check_it.py", "checks/shared.py", "test_new.py", "new_test.py", "PYPROJECT.toml", "pyproject.toml",
    "setup.cfg",
    "pytest.ini", "tox.ini", "sitecustomize.py", "x.pth", ".env", ".env.local", "id_rsa", "vendored/x.py", "uv.lock",
    "a\0b.py", "a\x1bb.py", "a\u202eyp.py", "ｔests/test_x.py", "conftest．py", "ſetup.py", "te\u200bsts/test_x.py",
    "tеsts/test_x.py", "e\u0301.py", "x" * 300 + ".py", "a/" * 600 + "a.py", "calc.py/x.py", "bin.dat", "pkg", "pkg/",
    "a//b.py",
    "a/./b.py", ".", "..", "", " ", "con.py", "a.py ", "-rf.py", "$(x).py", "a\tb.py", "a\u2028b.py", "\ud800.py",
)  # fmt: skip
BODIES = (
    "def double(x):\n    return x * 2", "x = 1", "", " ", "def f(:", "# ... existing code ...\nx = 1", "x = 'ß✓'",
    "x = '\0'",
    "'''\n```python\nx\n```\n'''", "```", "x" * 5_000, "(" * 400, "\r\r\n\x0c\x0b", "from .b import f\n__all__ = ['f']",
    "class Hidden: ...", "class Hidden:\n    LIMIT = get = 1", "# coding: utf-7\nx = 1", "# coding: nonsense\nx = 1",
    "need-file a.py", f"tests-contradict\n- {NODE}\n- checks/check_it.py::check_it\nwhy", "\x0c", "x = 1\u2028y = 2",
    "<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE", "=======", "def double(x):\n    return x + 1\n", "\ud800",
    "\ufeffx = 1",
)  # fmt: skip
SEARCHES = (
    "    return x + 1", "return x + 1", "def double(x):", "def double(x):  ", "nowhere", "", " ", "x = 1",
    "        return 1",
    "LIMIT = 1", "NAME = 'Käse'", "=======", "x = 1\n=======\ny = 2", "from .a import f", "x = 1\x0cy = 2",
    "=======\n=======",
)  # fmt: skip
FENCES = ("```", "```python", "````", "~~~", "`````py", "``", "   ```", "    ```", "```python:calc.py",
"``` title=\"../x.py\"", "~~~~~~ x")  # fmt: skip
MARKS = (
    "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "<<<<<<<SEARCH", "<<<<< SEARCH", "========", "=====",
    ">>>>>>>REPLACE",
    " <<<<<<< SEARCH", "<<<<<<< HEAD", ">>>>>>> main", "======= ", "<<<<<<< SEARCH <<<<<<< SEARCH",
)  # fmt: skip
ABORTS = (
    "tests-contradict", "`tests-contradict`.", "**Tests-Contradict**:", f"- {NODE}", f"- `{NODE}`", f"* {NODE}[a b].",
    "- checks/check_it.py::check_it", "1. checks/check_it.py::check_it[1]", "- checks/check_it.py::", "- ::x",
    "- a.py::b",
    "why both cannot pass", "need-file", "need-file hidden.py", "- `need-file hidden.py`", "need-file calc.py",
    "need-file ../x, /etc/passwd; \0", "need-file a.py, b.py and c.py, d.py", 'need-file "a b.py"',
    "need-file " + "x" * 3_000,
    "need-file \ud800", "need-file `", "need-file ,,,", "NEED-FILE: .git/config", "need-file pkg/far.py because",
)  # fmt: skip
NOISE = (
    "", " ", "\r", "\x0c", "\x0b", "\x1c", "\x85", "\u2028", "\0", "\x1b[31m", "\ud800", "\ufeff", "Here is why:",
    "<think>",
    "</think>", "- a", "x" * 20_000, "`" * 2_000, "~" * 2_000, "<" * 2_000, "#" * 500, "=" * 3_000, "File: ", "### `",
    "(((((",
    "*" * 2_000, " " * 5_000, "\t" * 2_000 + "x.py", ": " * 1_000, "a.py:" * 300, "\r\n",
)  # fmt: skip
DECORATED = ("{}", "`{}`", "**{}**", "### {}", "File: `{}`", "{}:", "`{}` (new file)", "# {}", "**`{}`**:")

paths = st.sampled_from(GOOD_PATHS) | st.sampled_from(GOOD_PATHS) | st.sampled_from(EVIL_PATHS)
bodies = st.sampled_from(BODIES)
headings = st.builds(lambda form, path: form.format(path), st.sampled_from(DECORATED), paths)
wholes = st.builds(
    lambda heading, fence, body, end: f"{heading}\n{fence}\n{body}\n{end}",
    headings, st.sampled_from(FENCES), bodies, st.sampled_from(("```", "```", "```", "````", "~~~", "")),
)  # fmt: skip
replacements = st.builds(
    lambda heading, search, body: f"{heading}\n```\n<<<<<<< SEARCH\n{search}\n=======\n{body}\n>>>>>>> REPLACE\n```",
    headings, st.sampled_from(SEARCHES), bodies,
)  # fmt: skip
scraps = st.sampled_from((*FENCES, *MARKS, *ABORTS, *NOISE, *SEARCHES)) | headings | bodies | st.text(max_size=12)
aborts = st.lists(st.sampled_from(ABORTS) | st.sampled_from(NOISE) | st.text(max_size=12), max_size=7)
parts = st.lists(wholes | replacements | scraps, max_size=7) | st.lists(scraps, max_size=12)
newlines = st.sampled_from(("\n", "\n", "\n", "\r\n", "\n\n", "\r"))


def check(outcome: Outcome) -> None:
    match outcome:
        case Patch():
            check_patch(outcome)
        case Contradiction(first, second, reason):
            assert first != second
            assert {first.partition("::")[0], second.partition("::")[0]} <= TESTS
            assert NODE in {first.partition("[")[0], second.partition("[")[0]}
            assert reason
        case Needs(paths):
            assert 1 <= len(paths) == len(set(paths)) <= 3
            assert all(path_fault(path) is None and path.isprintable() for path in paths)
            assert not {"calc.py", "pkg/new.py", *TESTS}.intersection(paths)
        case Fault(reason):
            assert reason
            reason.encode()


def check_patch(patch: Patch) -> None:
    assert 0 < len(patch.edits) == len(set(patch.paths))
    for edit in patch.edits:
        assert protected_as(edit.path, PROTECT) is None
        assert edit.path not in TESTS
        assert os.path.normpath(edit.path) == edit.path
        assert edit.path.isprintable()
        assert not any(str(parent) in {*FILES, *patch.paths} for parent in PurePosixPath(edit.path).parents)
        assert edit.before_bytes() == FILES.get(edit.path)
        assert edit.after_bytes() not in (None, edit.before_bytes())
        if (edit.before or "").strip():
            assert (edit.after or "").strip()
        if edit.path.endswith(".py"):
            assert not isinstance(parsed(edit.after or ""), Unparsable)
            assert not edit.before or not lost_names(edit.before, edit.after or "", edit.path)


@fuzzed
@given(parts, newlines, SEEDS)
def test_answers(parts: list[str], newline: str, seed: int) -> None:
    for chosen in mixed(parts, seed):
        found = parse(newline.join(chosen), BRIEF, FILES.get, PROTECT)
        check(found.outcome)
        found.diagnosis.encode()


@fuzzed
@given(parts, newlines, SEEDS)
def test_blocks(parts: list[str], newline: str, seed: int) -> None:
    for chosen in mixed(parts, seed):
        answer = newline.join(chosen)
        reading = read_blocks(answer)
        assert not (reading.fault and reading.blocks)
        assert all(block.path for block in reading.blocks)
        assert len(reading.outside) <= answer.count("\n") + 1


@fuzzed
@given(aborts, SEEDS)
def test_aborts(lines: list[str], seed: int) -> None:
    for chosen in mixed(lines, seed):
        found = read_abort("\n".join(chosen).split("\n"), BRIEF)
        if isinstance(found, Contradiction | Needs):
            check(found)
        elif isinstance(found, Vain):
            assert found.reason


_LINES = st.lists(
    st.sampled_from(("a", " a", "    a", "\ta", "a ", "b", "  b", "", " ", "\x0c", "\u2028", "a\r", "ab", "é",
    "=======")),
    max_size=10,
)  # fmt: skip


@fuzzed
@given(_LINES, st.sampled_from(("\n", "\r\n")), SEEDS)
def test_searches(lines: list[str], newline: str, seed: int) -> None:
    for text_lines, wanted in zip(mixed(lines, seed), mixed(lines, seed + 1), strict=True):
        text = newline.join(text_lines)
        for sought in (wanted[:3], text_lines[len(text_lines) // 3 :][:3]):
            check_search(text, sought, wanted)


def check_search(text: str, sought: list[str], new: list[str]) -> None:
    found = replaced(text, sought, new)
    if isinstance(found, Miss):
        assert list(found.lines) == sorted(set(found.lines))
        assert all(1 <= line <= text.count("\n") + 1 for line in found.lines)
    else:
        assert found.count("\n") <= text.count("\n") + sum(1 + line.count("\n") for line in new)
        assert all(line in found for line in (each.strip() for each in new))
        if "\r" not in f"{text}{sought}{new}".replace("\\r", "\r"):
            windows = replaced(text.replace("\n", "\r\n"), sought, new)
            assert isinstance(windows, str)
            assert windows.replace("\r\n", "\n") == found
    assert isinstance(nearest(text, sought), str)


_STATEMENTS = st.lists(
    st.sampled_from(
        (
            "def f(): ...", "class A:\n  x: int\n  def m(self): self.y = 1", "class A(B): ...", "class B(A): ...",
            "A = B = f",
            "from x import *", "from . import a as a", "import os.path", "__all__ = ['f', x]", "__all__ += ['A']",
            "del f", "del A.x",
            "globals()['f'] = 1", "if x: a = 1\nelif y: b = 1\nelse: c = 1", "try: import f\nexcept* E: f = 1",
            "x[0], (y.z, *w) = 1",
            "match x:\n  case A(): z = 1", "for f in x: pass", "async def g(): ...", "x: int", "def f(",
            "if __name__ == '__main__': q = 1",
            "with x as (f, g): ...", "while 1: f = 1", "class A:\n  def __getattr__(self): ...",
            "class A(x.y[z], k=1): ...", "type X = int",
        )
    ),
    max_size=6,
)  # fmt: skip


@fuzzed
@given(_STATEMENTS, _STATEMENTS, st.sampled_from(("", "x/__init__.py", "__init__.py", "a.py")), SEEDS)
def test_names(old: list[str], new: list[str], path: str, seed: int) -> None:
    for chosen in mixed(old, seed):
        before, after = "\n".join(chosen), "\n".join(new)
        names = lost_names(before, after, path)
        assert len(names) == len(set(names))
        assert lost_names(before, before, path) == ()


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from((0, 1, -1, 10**30, 1.5, float("nan"), float("inf"), 999, 1000))
    | st.sampled_from(("", "x", "message", "reasoning", "output_text", "refusal", "\ud800", "length", "stop",
    "<think>x", "[DONE]", "x" * 9_000)),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ("type", "text", "content", "error", "message", "code", "param", "detail", "id", "role", "summary", "loc",
            "msg", "n_ctx",
             "encrypted_content", "output_tokens", "prompt_tokens_details", "cached_tokens", "index", "delta",
             "finish_reason"),
        ),
        inner, max_size=4,
    ),
    max_leaves=6,
)  # fmt: skip
_KINDS = st.sampled_from(
    (
        "response.created", "response.output_item.done", "response.output_text.delta", "response.completed",
        "response.incomplete",
        "response.failed", "response.done", "error", "response.reasoning_summary_text.delta", "keepalive", None,
    )
)  # fmt: skip
_PARTS = st.builds(
    lambda kind, text, more: {"type": kind, "text": text, "refusal": more},
    st.sampled_from(("output_text", "refusal", "summary_text", "input_image")), _VALUES, _VALUES,
)  # fmt: skip
_ITEMS = st.builds(
    lambda kind, content, extra: {"type": kind, "content": content, "summary": content, "encrypted_content": extra},
    st.sampled_from(("message", "reasoning", "function_call", "unheard of")), st.lists(_PARTS, max_size=2) | _VALUES,
    _VALUES,
)  # fmt: skip
_RESPONSES = st.builds(
    lambda status, output, usage, error: {"status": status, "output": output, "usage": usage, "error": error,
    "incomplete_details": error},
    st.sampled_from(("completed", "incomplete", "failed", "queued", None)), st.lists(_ITEMS, max_size=2) | _VALUES,
    _VALUES,
    st.none() | _VALUES,
)  # fmt: skip
_EVENTS = st.lists(
    st.builds(
        lambda kind, index, item, delta, response: {"type": kind, "output_index": index, "item": item, "delta": delta,
        "response": response},
        _KINDS, st.sampled_from((0, 1, -1, None, "0", True)), _ITEMS | _VALUES, st.sampled_from(("x", "", None, 1,
        "\ud800")), _RESPONSES | _VALUES,
    )
    | _VALUES,
    max_size=4,
)  # fmt: skip
_CHOICES = st.builds(
    lambda index, delta, finish: {"index": index, "delta": delta, "message": delta, "finish_reason": finish},
    st.sampled_from((0, 1, None, "0")),
    st.builds(
        lambda content, thought, refusal: {"content": content, "reasoning_content": thought, "reasoning": thought,
        "refusal": refusal},
        _VALUES, _VALUES, _VALUES,
    )
    | _VALUES,
    st.sampled_from((None, "stop", "length", "content_filter", "error", "tool_calls", 1, "")),
)  # fmt: skip
_CHUNKS = st.lists(
    st.builds(lambda choices, usage, more: {"choices": choices, "usage": usage, **more}, st.lists(_CHOICES,
    max_size=2) | _VALUES, _VALUES,
              st.sampled_from(({}, {}, {"error": {"message": "x"}}, {"error": 1})))
    | _VALUES,
    max_size=4,
)  # fmt: skip


def check_end(call: CallEnd) -> None:
    assert isinstance(call.end, End)
    assert len(call.detail) <= 4_000
    call.detail.encode()
    call.reasoning.encode()
    assert (call.end is End.OK) == bool(call.text.strip())
    if call.end is End.OK:
        assert call.items
        json.dumps(call.items, ensure_ascii=False).encode()
    else:
        assert not call.items


@fuzzed
@given(_EVENTS, SEEDS)
def test_streams_of_responses(events: list[object], seed: int) -> None:
    for chosen in mixed(events, seed):
        check_end(stream.read_stream(chosen, 1000))


@fuzzed
@given(_CHUNKS, SEEDS)
def test_streams_of_chat(chunks: list[object], seed: int) -> None:
    for chosen in mixed(chunks, seed):
        check_end(chat_stream.read_chat_stream(chosen, 1000))
        for chunk in chosen:
            if isinstance(chunk, dict):
                check_end(chat_stream.of_completion(chunk, 1000))


_BYTES = st.sampled_from(
    (b"data: ", b'{"a": 1}', b"\n", b"\r", b"\r\n", b"\n\n", b": drip", b"event: x", b"data:[DONE]", b"\xff",
    b"\xef\xbb\xbf", b"[" * 3_000,
     b"data: {", b"}", b"\0", b"data", b"id: 1")
)  # fmt: skip


@fuzzed
@given(st.lists(_BYTES | st.binary(max_size=6), max_size=12), SEEDS)
def test_server_sent_events(chunks: list[bytes], seed: int) -> None:
    for chosen in mixed(chunks, seed):
        found = list(sse.events(chosen))
        assert not any(isinstance(event, CallEnd) for event in found[:-1])
        assert repr(found) == repr(list(sse.events([b"".join(chosen)])))


_BODIES = _VALUES | st.builds(lambda error: {"error": error, "detail": error}, _VALUES) | st.text(max_size=20)
_HEADERS = st.dictionaries(
    st.sampled_from(("retry-after", "retry-after-ms", "date", "location")),
    st.sampled_from(("1", "-1", "1e999", "nan", "Mon, 23 Nov 2026 00:00:00 GMT", "Fri, 99 Xyz 0", "", "x", "\ud800")),
)


@fuzzed
@given(st.lists(_BODIES, min_size=1, max_size=5), _HEADERS, SEEDS)
def test_refusals(bodies: list[object], headers: dict[str, str], seed: int) -> None:
    for (body, *_), number in zip(mixed(bodies, seed), range(MIXES), strict=True):
        status = (301, 400, 401, 402, 403, 404, 413, 422, 429, 500, 501, 503)[(seed + number) % 12]
        for call in (endings.of_status(status, body, headers), endings.of_error(body)):
            check_end(call)
            assert call.retry_after is None or call.retry_after >= 0
            check_dialects(call)


def check_dialects(call: CallEnd) -> None:
    dialect: Dialect | None = Dialect()
    for _ in range(30):
        if dialect is None:
            return
        assert of_facts(to_facts(dialect)) == dialect
        dialect = simpler(dialect, call)
    assert dialect is None


_NAMES = st.sampled_from((*to_facts(Dialect()), "else"))
_FACTS = st.lists(st.tuples(_NAMES, _VALUES | st.sampled_from(("chat", "user", ["low"], "max_tokens"))), max_size=8)


@fuzzed
@given(_FACTS, SEEDS)
def test_facts_of_a_dialect(facts: list[tuple[str, object]], seed: int) -> None:
    for chosen in mixed(facts, seed):
        found = of_facts(dict(chosen))
        assert found is None or of_facts(to_facts(found)) == found


HEADER = '{"tddbot": "recording", "format": 1}'
_ENTRIES = st.sampled_from(
    (
        HEADER, '{"key": "x", "call": {"end": "answered"}}', '{"model": "m", "facts": {}}', "{}", "",
        '{"key": "x", "call": {"end": "answered", "items": [1]}}', '{"key": 1}', "null", "[",
        '{"key": "x", "call": {"end": "answered", "more": 1}}',
        '{"tddbot": "recording", "format": "1"}', "\ud800", "\0",
        '{"key": "x", "call": {"end": "answered", "usage": {"a": NaN}}}',
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings") / "session"


@fuzzed
@given(st.lists(_ENTRIES, max_size=4), SEEDS)
def test_recordings(scratch: Path, lines: list[str], seed: int) -> None:
    for chosen in mixed(lines, seed):
        header = [HEADER] if len(chosen) % 2 else []
        scratch.write_text("\n".join([*header, *chosen]), encoding="utf-8", errors="surrogatepass")
        assert faults_of(scratch) in ("", "line")


def faults_of(path: Path) -> str:
    try:
        Replay.of(path).facts("m")
    except UsageError as error:
        return "line" if ", line " in error.message else error.message
    return ""
