"""The order of the tests by a given seed, where pytest-randomly or pytest-random-order shuffles them anyway."""

from __future__ import annotations

from typing import Any, Callable, Generator, Optional

import pytest

_OWN = "default:"


class Shuffling:
    """Switches nothing on: what is not loaded, or is switched off, shuffles nothing. `tell` hears of one that does."""

    def __init__(self, seed: int, tell: Optional[Callable[..., None]] = None) -> None:
        self._seed = seed
        self._tell = tell

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: Any) -> None:
        """Give the plugins the seed before they make one up."""
        option = config.option
        if _is_in_any_order(option):
            option.random_order_seed = str(self._seed)
        if not isinstance(getattr(option, "randomly_seed", 0), int):
            option.randomly_seed = self._seed
        if self._tell and (_is_in_any_order(option) or getattr(option, "randomly_reorganize", False)):
            self._tell("shuffled", seed=self._seed)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_collection(self, session: Any) -> Generator[None, None, None]:
        """Shuffle with the seed, also where the project has fixed one: its tests may need that for what they draw."""
        option = session.config.option
        own = getattr(option, "randomly_seed", None)
        if own is not None:
            option.randomly_seed = self._seed
        yield
        if own is not None:
            option.randomly_seed = own


def _is_in_any_order(option: Any) -> bool:
    """Whether pytest-random-order is there and on: any of its options switches it on, unless its bucket is none."""
    bucket, seed = getattr(option, "random_order_bucket", None), getattr(option, "random_order_seed", "")
    if bucket is None or bucket in ("none", _OWN + "none"):
        return False
    is_chosen = not (str(bucket).startswith(_OWN) and str(seed).startswith(_OWN))
    return bool(is_chosen or getattr(option, "random_order_enabled", False))
