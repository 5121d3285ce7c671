"""[tool.tddbot.judge]: what the judge forbids and asks for beyond the design's own rules."""

from typing import Annotated

from msgspec import Meta, Struct


class JudgeSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Tests and configuration are protected without being named."""

    protected: Annotated[
        tuple[str, ...], Meta(description="Further files that no patch may touch, as fnmatch patterns over the path.")
    ] = ()
