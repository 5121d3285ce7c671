"""What is remembered between targets is worked out once, is bounded, and may be asked for by any thread."""

import ast
import threading

from tddbot.context.code.files import Files
from tddbot.context.code.remembered import Remembered, derived, parsed
from tests.context.test_brief import reader


def test_once_for_each_key_and_the_oldest_goes_first():
    made: list[int] = []
    remembered = Remembered(most=2)

    def get(key: int) -> int:
        return remembered.get(key, lambda: made.append(key) or key * 10)  # type: ignore[func-returns-value]

    assert [get(1), get(2), get(1), get(3), get(1), get(2)] == [10, 20, 10, 30, 10, 20]
    assert made == [1, 2, 3, 2]


def test_what_is_no_python_is_remembered_too():
    tries: list[str] = []

    def tree(text: str) -> ast.Module | None:
        tries.append(text)
        return parsed(text)

    def never(tree: ast.Module, text: str) -> int:
        raise AssertionError

    assert [derived("def (", never, lambda: tree("def (")) for _ in range(3)] == [None] * 3
    assert tries == ["def ("]


def test_files_with_the_same_text_are_parsed_once_whatever_their_names():
    parsings: list[str] = []

    def count(tree: ast.Module, text: str) -> int:
        parsings.append(text)
        return len(tree.body)

    text = "a = 1\nb = 2  # of test_remembered\n"
    for paths in (["a.py", "b.py"], ["c.py"]):
        files = Files(paths, reader(dict.fromkeys(paths, text)))
        assert [files.derived(path, count) for path in paths] == [2] * len(paths)
    assert parsings == [text]
    assert Files(["a.py"], reader({"a.py": text + "c = 3\n"})).derived("a.py", count) == 3


def test_many_threads():
    remembered = Remembered(most=10)
    wrong: list[object] = []

    def work() -> None:
        for number in range(2000):
            key = number % 15
            if (found := remembered.get(key, lambda key=key: key * 2)) != key * 2:
                wrong.append(found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
