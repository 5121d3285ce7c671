from tddbot.generator.offline.expressions.probes import probes


def test_they_are_new_and_the_same_every_time():
    inputs = ([1, 5, 9], ["ab", "b", "cd"])
    made = probes(inputs, 50)
    assert made == probes(inputs, 50)
    assert len({repr(row) for row in made}) == len(made) == 50
    assert not set(made) & set(zip(*inputs, strict=True))


def test_they_keep_to_what_the_examples_show():
    numbers, texts, lists, pairs = (
        [1, 5, 9],
        ["ab", "b", "cd"],
        [[1.5], [2.5, 3.0], [8.0]],
        [(1, "a"), (4, "b"), (9, "c")],
    )
    for number, text, items, pair in probes((numbers, texts, lists, pairs), 200):
        assert number > 0
        assert text
        assert items
        assert all(type(item) is float for item in items)
        assert (type(pair[0]), type(pair[1])) == (int, str)


def test_what_the_examples_show_may_come_again():
    rows = probes(([-3, 0, 4], ["", "ab", "b"]), 200)
    assert min(number for number, _ in rows) < 0
    assert "" in {text for _, text in rows}


def test_of_anything_plain_there_is_more():
    inputs = ([{"a": 1}, {"b": 2}], [{1, 2}, {3}], [True, False], [None, 3])
    assert probes(inputs, 10)
