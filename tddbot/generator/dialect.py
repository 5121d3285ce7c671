"""What a server and its model take, and the next simpler thing to try after a refusal. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Api(StrEnum):
    """The two wire APIs."""

    RESPONSES = "responses"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Which API is spoken, and which of its fields are sent. The default is what the newest servers take."""

    api: Api = Api.RESPONSES
