"""What a project can lose, one name at a time, and how the shares are counted."""

import ast
from pathlib import Path

from tddbot.bench.offline_scaffold import REDS, Loss, Trial, cases, figures

SOURCE = '''\
"""A shop."""

MOST = 3


class Cart:
    """Things."""

    def add(self, name):
        return name

    @property
    def size(self):
        return MOST


async def send():
    return None
'''


def write(root: Path) -> None:
    (root / "tests").mkdir()
    (root / "tests" / "test_shop.py").write_text("def test():\n    pass\n\n\ndef helper():\n    pass\n")
    (root / "empty.py").write_text('"""Nothing."""\n')
    (root / "shop.py").write_text(SOURCE)


def test_each_name_of_a_source_is_lost_once_and_no_test(tmp_path: Path) -> None:
    write(tmp_path)
    found = [(loss.path, loss.name, loss.kind) for loss in cases(tmp_path)]
    assert found == [
        ("shop.py", "shop", "module"),
        ("shop.py", "MOST", "constant"),
        ("shop.py", "Cart", "class"),
        ("shop.py", "Cart.add", "method"),
        ("shop.py", "Cart.size", "method"),
        ("shop.py", "send", "function"),
    ]


def test_what_is_left_is_python_without_the_name(tmp_path: Path) -> None:
    write(tmp_path)
    for loss in cases(tmp_path):
        if loss.text is None:
            continue
        ast.parse(loss.text)
        assert f" {loss.name.rpartition('.')[2]}" not in loss.text.replace(" MOST\n", "")
        assert "@property\n\n" not in loss.text


def test_reds_count_that_turned_and_losses_of_which_all_did() -> None:
    loss = Loss("shop.py", "send", "function", "")
    trials = [Trial(loss, 3, 3, True, ""), Trial(loss, 4, 1, True, ""), Trial(loss, 1, 0, False, "")]
    found = {measure.name: measure.value for measure in figures(trials, "shop")}
    assert found[REDS] == 0.5
    assert found["offline.scaffold.whole"] == 1 / 3
    assert found["offline.scaffold.offered"] == 2 / 3


def test_no_trials_make_no_figures() -> None:
    assert list(figures([], "shop")) == []
