"""Byte for byte: outside of the one place that it changes, a candidate is the file as it was."""

import os
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tddbot import text as texts
from tddbot.domain import Candidate
from tests.generator.offline.making import after, brief, candidates

SAMPLES = {
    "windows": b"def f(a):\r\n    # keep\r\n    return a < 1  # this\r\n",
    "mixed endings": b"def f(a):\r\n    b = a\n    return b < 1\r\n",
    "tabs": b"def f(a):\n\tif a:\n\t\treturn a  <  1\n",
    "blanks and comments": b"def f( a ):   # head\n\n  # why\n    return ( a<1 )   ;\n\n\n# end\n   \n",
    "no newline at the end": b"def f(a):\n    return a < 1",
    "latin-1": "# -*- coding: latin-1 -*-\ndef f(grün):\n    return grün < 'ä'  # ö\n".encode("latin-1"),
    "byte order mark": "\ufeffdef f(a):\n    return a < 'ä'\n".encode(),
    "letters of many bytes": "def f(größe):\n    '''😀'''\n    return größe < 1, '😀', größe > 1\n".encode(),
    "letters of many bytes after a keyword": "def f(größe):\n    if größe: return 1\n    if ö: pass\n".encode(),
    "f-strings": b"def f(a, b):\n    return f'{a + 1!r:>{b}} {{a}} {a < b}'\n",
    "decorators": b"@cache\n# between\n@other(1)\ndef f(a):\n    return a < 1\n",
    "walrus": b"def f(a):\n    if (n := len(a)) > 1: return n\n    return [y := 1, y + 1]\n",
    "match": b"def f(a):\n  match a:\n    case [1, *r] if r: return 2\n    case {'k': -1 as v, **more}: return v\n",
    "async": b"async def f(a):\n    async for x in a:\n        await x\n    return [x async for x in a if x < 1]\n",
    "continued lines": b"def f(a, b):\n    return a \\\n        < \\\n        b and (a\n  or b)\n",
    "semicolons": b"def f(a): a += 1; return a < 2;\n",
    "form feed": b"import a\n\x0c\ndef f(b):\n    return b < 1\n",
    "lambda and star": b"def f(*a, **k):\n    return g(lambda x, /, *, y=1: x < y, *a, **k)\n",
    "class": b"class A(B, metaclass=C):\n    x = 1\n    def f(self): return self.x < 1\n",
    "try": b"def f(a):\n    try: a()\n    except* E as e: b = 1\n    else: return 2\n    finally: a += 1\n",
    "old words": b"def match(type, case):\n    print(type is case, type < case)\n    return not-1\n",
}


@pytest.fixture(params=SAMPLES, ids=lambda name: name.replace(" ", "-"))
def content(request: pytest.FixtureRequest) -> bytes:
    return SAMPLES[request.param]


def test_what_is_not_changed_is_there_byte_for_byte(content: bytes) -> None:
    made = _candidates(content)
    assert len(made) > 3
    for candidate in made:
        _assert_one_place(candidate, content)


def test_each_candidate_is_another_program_and_none_comes_twice(content: bytes) -> None:
    made = [candidate.patch.edits[0].after_bytes() for candidate in _candidates(content)]
    assert content not in made
    assert len(set(made)) == len(made)


def test_each_candidate_compiles(content: bytes) -> None:
    for candidate in _candidates(content):
        compile(candidate.patch.edits[0].after_bytes() or b"", "calc.py", "exec", dont_inherit=True)


def test_a_note_says_where_and_what() -> None:
    made = candidates(brief("def f(a, b):\n    return a < b\n"))
    assert made[0].note == "calc.py:2 `<` becomes `<=`"
    assert made[0].generator == "offline repair"


def test_a_note_of_an_insertion_shows_the_line() -> None:
    made = candidates(brief("def f(a):\n    if a: pass\n    a + 1\n"))
    assert made[0].note == "calc.py:3 `a + 1` becomes `return a + 1`"


def test_a_note_stays_one_short_line() -> None:
    made = candidates(brief("def f(a):\n    return (a(\n" + "        'long',\n" * 50 + "    ) and a)\n"))
    assert all("\n" not in each.note and len(each.note) < 160 for each in made)


def test_a_note_of_two_long_texts_shows_where_they_differ() -> None:
    made = candidates(brief(f"def f(a):\n    a{'.abc' * 40} + g[1:]\n"))
    for each in made:
        old, new = each.note.split(" ", 1)[1].split(" becomes ")
        assert old != new


def _candidates(content: bytes) -> list[Candidate]:
    decoded = texts.decode(content)
    assert decoded is not None
    return candidates(brief(decoded[0], encoding=decoded[1]))


def _assert_one_place(candidate: Candidate, content: bytes) -> None:
    (edit,) = candidate.patch.edits
    assert edit.before_bytes() == content
    changed = edit.after_bytes()
    assert changed is not None
    start = len(os.path.commonprefix([content, changed]))  # noqa: RUF071
    end = len(os.path.commonprefix([content[start:][::-1], changed[start:][::-1]]))  # noqa: RUF071
    statement = content[start : len(content) - end]
    assert statement.count(b"\n") <= 3
    assert content[:start] + changed[start : len(changed) - end] + content[len(content) - end :] == changed


NAMES = st.sampled_from(["a", "b", "größe", "x1"])
ATOMS = st.one_of(NAMES, st.integers(-3, 300).map(str), st.sampled_from(["True", "''", "[a, b]", "a[1:b]", "f(a, b)"]))


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = ["<", "<=", "==", "+", "-", "*", "//", "**", "and", "or", "is not", "not in", "if a else"]
    joined = st.tuples(inner, st.sampled_from(operators), inner).map(lambda three: "({} {} {})".format(*three))
    wrapped = st.tuples(st.sampled_from(["not ", "-", "f", "len", "[x for x in a if x]+"]), inner)
    return joined | wrapped.map(lambda two: f"({two[0]}({two[1]}))")


EXPRESSIONS = st.recursive(ATOMS, _grown, max_leaves=6)
LINES = st.tuples(
    st.sampled_from(["return {}", "{}", "a = {}", "b += {}", "if {}: return a", "for a in {}: continue"]), EXPRESSIONS
).map(lambda two: two[0].format(two[1]))


@st.composite
def modules(draw: st.DrawFn) -> str:
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    indent = draw(st.sampled_from(["    ", "\t", " "]))
    comment = draw(st.sampled_from(["", "  # wörds", " "]))
    lines = draw(st.lists(LINES, min_size=1, max_size=4))
    end = draw(st.sampled_from(["", ending, ending * 2]))
    return (
        ending.join(["LIMIT = 3", "def f(a, b, größe, x1=1):", *(f"{indent}{line}{comment}" for line in lines)]) + end
    )


@settings(max_examples=60, deadline=None)
@given(modules())
def test_any_candidate_of_any_module_compiles_and_is_undone_by_its_inverse(text: str) -> None:
    for candidate in candidates(brief(text)):
        with warnings.catch_warnings():
            # Python warns of what the drawn module already says, such as `1 is not a`.
            warnings.simplefilter("ignore")
            compile(after(candidate), "calc.py", "exec", dont_inherit=True)
        _assert_one_place(candidate, text.encode())
        (back,) = candidate.patch.inverse().edits
        assert (back.before, back.after) == (after(candidate), text)
