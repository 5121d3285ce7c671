"""What the zygote makes ready before any run."""

from typing import Any

import pytest

from tddbot.runner.guest.warmup import completed


class Eight:
    """A configuration as pytest 8 has it before it parsed anything."""


class Nine:
    """As pytest 9.0 has it: the old name is a view of the new one."""

    @property
    def inicfg(self) -> Any:
        return self._inicfg  # type: ignore[attr-defined]


class Newer:
    """As pytest from 9.1 on has it."""

    def __init__(self) -> None:
        self._inicfg = {"markers": "a"}


@pytest.mark.parametrize("kind", [Eight, Nine])
def test_a_configuration_that_has_parsed_nothing_has_no_settings(kind: type) -> None:
    config = completed(kind())
    assert config.inicfg == {}
    assert config._inicfg == {}


def test_what_a_configuration_has_stays() -> None:
    assert completed(Newer())._inicfg == {"markers": "a"}
