"""Where patches are asked, for how long, and for whom."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer

from tddbot.domain import Brief
from tddbot.lab import Lab
from tddbot.stop import Stop
from tddbot.ties.forms import Filled

# After the first no batch is begun; after the second nothing is waited for, and what was not compared is undecided.
SECONDS = 2.0
_MOST_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """Where patches are asked (`lab` None: nowhere), for how long (`elapsed` in seconds), and for which brief.

    `clean` takes secrets out of a text.
    """

    lab: Lab | None
    stop: Stop
    elapsed: Callable[[], float]
    brief: Brief
    clean: Callable[[str], str] = str

    @property
    def path(self) -> str:
        """The file of the target's first test."""
        target = self.brief.target.node_ids
        return target[0].partition("::")[0] if target else ""

    @property
    def text(self) -> str:
        """The text of that file, as far as the brief has it."""
        return next((each.text for each in self.brief.excerpts if each.path == self.path), "")

    def is_secret(self, call: Filled) -> bool:
        """Whether a call holds a secret: of an input made from it, nobody could tell that it holds a part of one."""
        text = call.form.filled(call.values)
        return self.clean(text) != text


@contextmanager
def limited(stop: Stop, seconds: float = _MOST_SECONDS) -> Iterator[Stop]:
    """Lend a stop that is set with the given one, when so many seconds are over, and at the end."""
    branch = Stop(stop)
    clock = Timer(seconds, branch.set)
    clock.daemon = True
    clock.start()
    try:
        yield branch
    finally:
        clock.cancel()
        branch.set()
