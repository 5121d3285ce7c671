from tests.generator.offline.making import common

BEFORE = "class C:\n  def g(self, low):\n    self.low = low\n    self.high = self.go(low)\n\n\n"
HEAD = "def f(self, item):\n    "


def test_another_attribute_of_the_same_object_is_read() -> None:
    made = common("return self.low", head=HEAD, before=BEFORE)
    assert made.index("return self.high") < made.index("return -self.low")


def test_a_method_that_is_called_is_no_attribute_to_read() -> None:
    assert "return self.go" not in common("return self.low", head=HEAD, before=BEFORE)
    assert "return self.low()" not in common("return self.go()", head=HEAD, before=BEFORE)


def test_attributes_of_other_objects_come_later() -> None:
    made = common("return item.size", head=HEAD, before=BEFORE)
    assert {"return item.low", "return item.high", "return item"} <= set(made)


def test_a_lost_self_is_put_back() -> None:
    assert "return [self.low]" in common("return [low]", head=HEAD, before=BEFORE)


def test_a_self_too_many_is_dropped() -> None:
    assert "return [item]" in common("return [self.item]", head=HEAD, before=BEFORE)


def test_an_attribute_that_is_read_of_a_variable_elsewhere_is_read_of_it() -> None:
    tail = "\n    return item.next\n"
    assert "other = item.next" in common("other = item", head=HEAD, tail=tail)
