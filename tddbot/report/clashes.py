"""Two tests that contradict each other, their lines side by side where there is room. Pure."""

from tddbot.proof import Contradiction
from tddbot.report.words import one_line, visible

_BETWEEN = " │ "


def clash_lines(clash: Contradiction, width: int) -> list[str]:
    """Return the two lines with their places, in two columns where `width` has room for them, else one below the other.

    `width` is in characters; a line that is longer than that by itself is not cut to it.
    """
    sides = [
        (visible(f"{each.path}:{each.line}"), visible(one_line(each.text))) for each in (clash.first, clash.second)
    ]
    left, right = (max(map(len, side)) for side in sides)
    if left + len(_BETWEEN) + right <= width:
        return [f"{one:<{left}}{_BETWEEN}{other}" for one, other in zip(*sides, strict=True)]
    place = max(len(each) for each, _ in sides)
    return [f"{where:<{place}}   {text}" for where, text in sides]
