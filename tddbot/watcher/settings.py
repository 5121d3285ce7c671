"""The settings of the watcher, under `[tool.tddbot.watcher]`."""

from typing import Annotated

import msgspec


class WatcherSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How saves become change sets. All times are seconds of wall clock."""

    debounce_seconds: Annotated[
        float, msgspec.Meta(ge=0, le=60, description="Quiet time after the last event that ends a change set.")
    ] = 0.1
    longest_seconds: Annotated[
        float, msgspec.Meta(gt=0, le=600, description="A change set ends after this long even if saves go on.")
    ] = 2.0
    rescan_seconds: Annotated[
        float,
        msgspec.Meta(gt=0, le=3600, description="How often all files are looked at, in case an event was missed."),
    ] = 5.0
    fallback_seconds: Annotated[
        float, msgspec.Meta(gt=0, le=3600, description="The same, once the system has no more inotify watches to give.")
    ] = 1.0
