"""The stop token that every blocking port call takes: set once, from any thread, and never taken back."""

import threading


class Stop:
    """A stop that also counts as set when its parent is set, so that one cancels a branch or the whole work."""

    def __init__(self, parent: "Stop | None" = None) -> None:
        self._event = threading.Event()
        self._parent = parent

    def set(self) -> None:
        """Ask everything that holds this token, or a child of it, to end."""
        self._event.set()

    def is_set(self) -> bool:
        """Whether the work should end."""
        return self._event.is_set() or (self._parent is not None and self._parent.is_set())

    def wait(self, seconds: float) -> bool:
        """Wait until set, at most `seconds`; return whether it is set. A parent is looked at every 50 ms."""
        if self._parent is None:
            return self._event.wait(seconds)
        while seconds > 0 and not self.is_set():
            self._event.wait(min(seconds, 0.05))
            seconds -= 0.05
        return self.is_set()
