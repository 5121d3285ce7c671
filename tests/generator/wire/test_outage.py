"""What is remembered of a service that failed, and for how long."""

import pytest

from tddbot.generator.wire.endings import End
from tddbot.generator.wire.outage import Outage
from tests.fakes import ManualClock


def test_it_is_remembered_for_a_minute() -> None:
    clock = ManualClock()
    outage = Outage(clock)
    assert outage.now() == ""
    outage.note(End.QUOTA, "no quota is left")
    clock.advance(59)
    assert outage.now() == "no quota is left"
    clock.advance(2)
    assert outage.now() == ""


@pytest.mark.parametrize("end", [End.REFUSAL, End.OVERFLOW, End.TIMEOUT, End.UNRECORDED, End.CANCELLED])
def test_what_is_of_one_question_alone_is_not(end: End) -> None:
    outage = Outage()
    outage.note(end, "words")
    assert outage.now() == ""
