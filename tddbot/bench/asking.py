"""One target of the made-up project, as far as the model: the brief, the request, and a call to a server."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tddbot.app import App, opened
from tddbot.bench.generator_project import Made, made_before
from tddbot.budget import Budget, Ledger
from tddbot.domain import Brief, Candidate, Snapshot
from tddbot.errors import ExitCode, TddbotError
from tddbot.events import Event
from tddbot.generator.ladder import MODEL
from tddbot.generator.prompt.fitting import fitted
from tddbot.ports import ProposalRequest, Rung
from tddbot.preparing import gathered, planned
from tddbot.stop import Stop

_RUNG = Rung("small, low effort", MODEL, role="small", effort="low")
_CONTEXT = 200_000
_NO_LIMIT = Budget(usd=None, tokens=None, calls=None, seconds=None)


class NoCandidateError(TddbotError):
    """A call did not bring the patch that the server answered with: no figure is made of it."""

    exit_code = ExitCode.BUG


@dataclass(frozen=True)
class Seat:
    """The made-up project, opened as a command opens a repository."""

    made: Made
    app: App

    def brief(self) -> tuple[Brief, float]:
        """Return the brief, and the seconds from the confirmed run to it: files listed, keys looked for, all read."""
        ports, policy = self.app.ports(), self.app.policy()
        started = time.perf_counter()
        snapshot = Snapshot(self.made.root, "tree")
        work = planned(ports, policy, snapshot, self.made.baseline, self.made.target, Stop())
        brief = gathered(work, self.made.confirmed)
        return brief, time.perf_counter() - started

    def prompt(self, brief: Brief) -> float:
        """Return the seconds from the brief to a request that fits."""
        started = time.perf_counter()
        if isinstance(fault := fitted(brief, (), _CONTEXT, 0), str):
            raise NoCandidateError(f"The request did not fit: {fault}")
        return time.perf_counter() - started

    def call(self, brief: Brief) -> float:
        """Return the seconds from asking the generator to its candidate. Raise NoCandidateError without one."""
        generator = self.app.generators()[MODEL]
        ledger, stop = Ledger(_NO_LIMIT), Stop()
        started = time.perf_counter()
        proposals = list(generator.propose(ProposalRequest(brief, _RUNG), ledger, stop))
        seconds = time.perf_counter() - started
        if len(proposals) != 1 or not isinstance(proposals[0], Candidate):
            raise NoCandidateError(f"The call brought no candidate: {proposals!r:.300}")
        return seconds


@contextmanager
def seat(made: Made, base_url: str) -> Iterator[Seat]:
    """Open the project with a model's server at `base_url`; proxies of this machine are kept out of it."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    with opened(made.root, _silent, None, environment_for(base_url)) as app:
        yield Seat(made, app)


def environment_for(base_url: str) -> Mapping[str, str]:
    """Return the environment of a user with this server and no key."""
    return {"PATH": os.environ.get("PATH", ""), "OPENAI_BASE_URL": base_url}


def _silent(_: Event) -> None:
    """What is told is of no interest here."""


def first_call(root: Path, seed: int, base_url: str) -> float:
    """Return the seconds of the call, which in a fresh process loads the client library."""
    with seat(made_before(root, seed), base_url) as taken:
        return taken.call(taken.brief()[0])


if __name__ == "__main__":
    print(json.dumps(first_call(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
