"""[tool.tddbot.judge]: what the judge forbids and asks for beyond the design's own rules."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class JudgeSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Tests and configuration are protected without being named."""

    protected: Annotated[
        tuple[str, ...], Meta(description="Further files that no patch may touch, as fnmatch patterns over the path.")
    ] = ()
    allow: Annotated[
        tuple[str, ...],
        Meta(description="Codes of the guard (docs/guard.md) that forbid nothing in this project."),
    ] = ()
    strict: Annotated[bool, Meta(description="What the guard only warns of is forbidden, too.")] = False
    repeats: Annotated[
        Annotated[int, Meta(ge=1, le=20)],
        Meta(description="How often a target that was proven is run once more, in fresh processes with other seeds."),
    ] = 3
    held_out: Annotated[
        Annotated[float, Meta(ge=0, le=0.5)],
        Meta(description="The share of many cases (eight or more) that no model is shown; 0 is none."),
    ] = 0.25
    ruff: Annotated[
        Literal["veto", "warn", "off"],
        Meta(description="What new findings of Ruff do, where it is configured."),
    ] = "warn"
    mypy: Annotated[Literal["veto", "warn", "off"], Meta(description="The same for mypy.")] = "warn"
    pyright: Annotated[Literal["veto", "warn", "off"], Meta(description="The same for pyright.")] = "warn"
    gate_seconds: Annotated[
        Annotated[float, Meta(gt=0)], Meta(description="The longest that one of these tools may take.")
    ] = 60.0
    unpinned_seconds: Annotated[
        Annotated[float, Meta(ge=0)],
        Meta(description="The longest to look for what no test notices of an accepted patch; 0 is not at all."),
    ] = 10.0
