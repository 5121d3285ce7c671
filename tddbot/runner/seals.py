"""The parent's half of sealed records: a key for one jailed process, and the check of each line that comes from it."""

import hashlib
import hmac
import os

SEAL_BYTES = 12
_KEY_BYTES = 32


class Seals:
    """Checks the lines of one report pipe in their order. `key` goes to the jailed process and nowhere else."""

    def __init__(self) -> None:
        self.key = os.urandom(_KEY_BYTES)
        self.fault: str | None = None
        self._chain = hashlib.blake2b(key=self.key, digest_size=SEAL_BYTES)
        self._number = 0

    def open(self, line: bytes) -> bytes | None:
        """Return what a line says, or None (and from then on always) where it is not the next that was sealed.

        The seal covers every line before it, too: none can be missing, doubled or in another place.
        """
        self._number += 1
        seal, _, content = line.partition(b" ")
        self._chain.update(content + b"\n")
        if self.fault is None and not hmac.compare_digest(seal, self._chain.hexdigest().encode()):
            self.fault = f"record {self._number} does not carry its seal"
        return content if self.fault is None else None
