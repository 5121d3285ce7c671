from hypothesis import given
from hypothesis import strategies as st

from tddbot.context.trim import FRAMES, LOCAL, LOCALS, TEXT, VALUE, shorten, trimmed
from tddbot.domain import Failure, Frame


def frame(path: str, line: int = 1) -> Frame:
    return Frame(path, line, "f")


def test_the_projects_frames_and_the_last_one_stay():
    installed = frame(".venv/lib/python3.12/site-packages/x.py")
    failure = Failure(
        "call", "E", "m", (installed, frame("t.py"), frame("/usr/x.py"), frame("a.py"), frame("/usr/y.py"))
    )
    assert [found.path for found in trimmed(failure).frames] == ["t.py", "a.py", "/usr/y.py"]


def test_of_a_recursion_the_beginning_and_the_end_stay():
    frames = trimmed(Failure("call", "RecursionError", "m", tuple(frame("a.py", line) for line in range(1000)))).frames
    assert len(frames) == FRAMES
    assert (frames[0].line, frames[-1].line) == (0, 999)


def test_locals_are_few_and_short():
    failure = Failure("call", "E", "m", (Frame("a.py", 1, "f", tuple((f"v{n}", "x" * 5000) for n in range(50))),))
    (found,) = trimmed(failure).frames
    assert [name for name, _ in found.locals] == [f"v{n}" for n in range(LOCALS)]
    assert all(len(value) <= LOCAL for _, value in found.locals)


def test_long_text_keeps_head_and_tail():
    text = "HEAD" + "x" * 50_000 + "TAIL"
    found = trimmed(Failure("call", "E", text, (), text, text, text))
    assert len(found.text) <= TEXT
    assert max(map(len, (found.message, found.expected or "", found.actual or ""))) <= VALUE
    for part in (found.text, found.message, found.expected, found.actual):
        assert part is not None
        assert part.startswith("HEAD")
        assert part.endswith("TAIL")


def test_what_is_short_stays_as_it_is():
    failure = Failure("call", "E", "m", (Frame("a.py", 1, "f", (("x", "1"),)),), "text", None, "2")
    assert trimmed(failure) == failure


@given(st.text(max_size=300), st.integers(0, 200))
def test_shorten_keeps_to_its_limit(text, limit):
    assert len(shorten(text, limit)) <= max(limit, 0)
