"""A stream of the Responses API whose events are not what they should be."""

from tddbot.generator.wire.endings import End
from tddbot.generator.wire.stream import read_stream


def test_a_type_that_is_no_text_is_passed_over() -> None:
    assert read_stream([{"type": []}, {"type": {}}, {"type": 1}], 1000).end is End.CUT_OFF
