"""What the acceptance cases share: a red test, settings for a server, answers, and a generator without a process."""

import json
from collections.abc import Mapping
from typing import Any

from tddbot.budget import Budget, Ledger
from tddbot.domain import Attempt, Brief, Proposal
from tddbot.generator.model_generator import ModelGenerator
from tddbot.generator.settings import ModelSettings
from tddbot.generator.wire.line import ServerLine
from tddbot.ports import ProposalRequest
from tddbot.stop import Stop
from tests.end_to_end.project import Project
from tests.fakes import FakeMemory, FakePurse
from tests.generator import samples
from tests.generator.chat_server import ChatServer
from tests.generator.responses_server import Json, ResponsesServer

KEY = "-".join(["sk", "proj", "acceptance", "7f3a9c51e2"])
"""The key that tddbot is given; in no scanner's shape of one that is real."""

MISSING = {
    "shapes/__init__.py": "",
    "tests/test_area.py": """\
from shapes.area import square

def test_square():
    assert square(3) == 9
    assert square(-2) == 4
""",
}
"""A test of a module that does not exist yet, which no offline method can make."""

RIGHT = "def square(side):\n    return side * side\n"
DOUBLED = "def square(side):\n    return side * 2\n"


def whole(text: str, path: str = "shapes/area.py", said: str = "The module did not exist.") -> str:
    """An answer that gives one whole file."""
    return f"{said}\n\n{path}\n```python\n{text}```\n"


def replacing(path: str, search: str, replace: str) -> str:
    """An answer that replaces some lines of a file."""
    return f"It is wrong.\n\n{path}\n```python\n<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE\n```\n"


def settings(server: ResponsesServer | ChatServer, *rungs: str, more: str = "", budget: str = "") -> str:
    """The part of pyproject.toml that names the server, and a ladder; `more` is for the model."""
    parts = [f'[tool.tddbot.model]\nbase_url = "{server.base_url}"\nretry_seconds = 0.01\n{more}']
    parts += [f"[[tool.tddbot.model.ladder]]\n{rung}" for rung in rungs]
    return "\n" + "\n\n".join([*parts, f"[tool.tddbot.budget]\n{budget}"]) + "\n"


def fix(project: Project, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Run `tddbot fix` with the key; return the exit code and the events."""
    return project.events("fix", *arguments, env={"OPENAI_API_KEY": KEY})


def generator(
    server: ResponsesServer | ChatServer, memory: FakeMemory | None = None, **values: object
) -> ModelGenerator:
    """The real generator before a real server; only what it remembers and spends is kept in memory."""
    chosen: dict[str, object] = {"base_url": server.base_url, "retry_seconds": 0.01, **values}
    model = ModelSettings(**chosen)  # type: ignore[arg-type]
    line = ServerLine(model, memory or FakeMemory(), {"OPENAI_API_KEY": KEY})
    return ModelGenerator(model, line, samples.nothing, lambda path: "it is not to be had", FakePurse())


def ask(
    model: ModelGenerator,
    history: tuple[Attempt, ...] = (),
    earlier: tuple[Attempt, ...] = (),
    brief: Brief | None = None,
    ledger: Ledger | None = None,
) -> Proposal:
    """The one proposal of a round of the first rung."""
    request = ProposalRequest(brief or samples.brief(), samples.RUNG, history, earlier)
    (proposal,) = model.propose(request, ledger or Ledger(Budget(usd=None)), Stop())
    return proposal


def said(request: Mapping[str, Any]) -> str:
    """All text of a request of the Responses API that is not the instructions."""
    return "\n".join(part["text"] for item in request["input"] for part in item.get("content", ()) if "text" in part)


def wire_text(requests: list[Json]) -> str:
    """All that was sent."""
    return "\n".join(json.dumps(request, ensure_ascii=False) for request in requests)
