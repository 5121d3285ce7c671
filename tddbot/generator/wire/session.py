"""What is known of a model while this process lives: how long a context is depends on how a server was started.

A dialect is a matter of the server's kind and is kept in the store. A server that was started anew with a larger
context would never be asked for more if its old one were kept there, too.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tddbot.generator.wire.adapting import CONTEXT
from tddbot.ports import Memory


@dataclass(frozen=True)
class Session:
    """A memory that keeps the size of a context to itself, and hands everything else on."""

    lasting: Memory
    _contexts: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def facts(self, server: str, model: str) -> Mapping[str, Any]:
        """Return what is known, as `ports.Memory` does."""
        kept = {name: fact for name, fact in self.lasting.facts(server, model).items() if name != CONTEXT}
        with self._lock:
            known = self._contexts.get((server, model))
        return kept if known is None else {**kept, CONTEXT: known}

    def learn(self, server: str, model: str, facts: Mapping[str, Any]) -> None:
        """Keep these facts, as `ports.Memory` does."""
        if CONTEXT in facts:
            with self._lock:
                self._contexts[server, model] = facts[CONTEXT]
        if lasting := {name: fact for name, fact in facts.items() if name != CONTEXT}:
            self.lasting.learn(server, model, lasting)
