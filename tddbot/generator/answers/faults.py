"""Why a model's answer is of no use, as a value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """In words for the model, what is wrong with its answer.

    `is_policy` says that it was understood but asks for what must not be done: another format would not help it.
    """

    reason: str
    is_policy: bool = False


class FaultError(Exception):
    """Carries a fault out of the reading of one file's edit; caught where an answer is read."""

    def __init__(self, reason: str, is_policy: bool = False) -> None:
        super().__init__(reason)
        self.fault = Fault(reason, is_policy)
