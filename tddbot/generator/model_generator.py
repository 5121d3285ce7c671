"""The reasoning model as a generator: one proposal a call. How a call is made: `openai_model.py`."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tddbot.budget import Ledger
from tddbot.domain import Brief, Candidate, Dud, Patch, Proposal
from tddbot.generator.abort import Needs
from tddbot.generator.answer import Read, parse
from tddbot.generator.asking import Asked, ask
from tddbot.generator.calls import Question
from tddbot.generator.dialect import Dialect
from tddbot.generator.endings import CallEnd, End
from tddbot.generator.feedback import of_attempt
from tddbot.generator.ladder import MODEL
from tddbot.generator.openai_model import OpenAIWire
from tddbot.generator.pricing import price_of
from tddbot.generator.prompt import prompt
from tddbot.generator.retry import is_final, is_out_of_means
from tddbot.generator.settings import ModelSettings, server
from tddbot.generator.thread import Answered, Judged, Thread, thread_of
from tddbot.ports import ProposalRequest
from tddbot.stop import Stop

_NO_KEY = "none"
"""What is sent as the key to a server of the user's own where no key is set; the SDK demands one."""


@dataclass(frozen=True)
class ModelGenerator:
    """Asks a model for a patch, feeds back how its earlier answers went, and reads its answer.

    `read` is `ports.Repository.read`, `protect` the project's own patterns of protected paths. The key is taken from
    `environ` at each call and kept nowhere.
    """

    settings: ModelSettings
    read: Read
    protect: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def propose(self, request: ProposalRequest, ledger: Ledger, stop: Stop) -> Iterator[Proposal]:
        """Yield one proposal; every way to fail is a dud."""
        brief, rung = request.brief, request.rung
        model = self.settings.model(rung.role)
        name = f"{MODEL}:{model}"
        if fault := self._fault():
            yield Dud(fault, name, final=True, out_of_means=True)
            return
        turns = _thread(request)
        question = Question(model, rung.effort, prompt(brief, turns), self.settings.max_output_tokens)
        price = price_of(model, self.settings.prices)
        yield self._proposal(ask(question, self._dial, price, self.settings, ledger, stop), name, brief, turns)

    def _proposal(self, asked: Asked, name: str, brief: Brief, turns: Thread) -> Proposal:
        call = asked.last
        if call is None:
            return Dud(asked.refusal, name, asked.usage, final=True, out_of_means=True)
        if call.end is not End.OK:
            reason = "; ".join(filter(None, (self._reason(call), asked.refusal)))
            return Dud(reason, name, asked.usage, is_final(call.end), is_out_of_means(call.end))
        replay = (*turns, Answered(call.items))
        answer = parse(call.text, brief, self.read, self.protect)
        if isinstance(answer.outcome, Patch):
            return Candidate(answer.outcome, name, self._scrubbed(answer.diagnosis), asked.usage, replay)
        reason = "it asks for files" if isinstance(answer.outcome, Needs) else answer.outcome.reason
        return Dud(self._scrubbed(reason), name, asked.usage, replay=replay)

    def _reason(self, call: CallEnd) -> str:
        """Say how a call ended; a server's words on a bad key are left out, since they may quote it."""
        words = f"{call.end.value} ({call.detail})" if call.detail else call.end.value
        if call.end is End.AUTHENTICATION:
            status, _, said = call.detail.partition(": ")
            words = f"{call.end.value} in {self.settings.api_key_env} ({status})"
            words += f": {said}" if status == "403" and said else ""
        elif call.end is End.QUOTA:
            words += f"; the key is the one in {self.settings.api_key_env}"
        elif call.end is End.CAPABILITY and call.detail.startswith("404"):
            words += "; tddbot needs the server to offer the Responses API and to know the model"
        return self._scrubbed(words)

    def _scrubbed(self, text: str) -> str:
        key = self._key()
        return text.replace(key, "[key]") if len(key) > len(_NO_KEY) else text

    def _key(self) -> str:
        key = self.environ.get(self.settings.api_key_env, "").strip()
        return key or (_NO_KEY if server(self.settings, self.environ) else "")

    def _fault(self) -> str | None:
        """Say why no call can be made at all, or return None."""
        variable, key = self.settings.api_key_env, self._key()
        if not key:
            return f"no key is set in {variable}"
        if not (key.isascii() and key.isprintable() and " " not in key):
            return f"{variable} holds something that cannot be a key (blanks, line ends or other than ASCII)"
        address = server(self.settings, self.environ)
        if address is not None and _host(address) is None:
            return "the model server's address (base_url or OPENAI_BASE_URL) is no http or https address"
        return None

    def _dial(self, question: Question, seconds: float, stop: Stop) -> CallEnd:
        return OpenAIWire(server(self.settings, self.environ), self._key())(question, Dialect(), seconds, stop)


def _thread(request: ProposalRequest) -> Thread:
    """Return what was said on this rung so far, and how it went."""
    for attempt in reversed(request.history):
        if turns := thread_of(attempt.proposal.replay):
            return (*turns, Judged(of_attempt(attempt, request.brief.target)))
    return ()


def _host(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        return parts.hostname if parts.scheme in ("http", "https") and parts.port != 0 else None
    except ValueError:
        return None
