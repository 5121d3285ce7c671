"""Where the example repositories lie that commands show and measure with."""

from pathlib import Path

from tddbot.errors import UnfitError


def fixture(name: str) -> Path:
    """Return the directory of an example, in the installed package or beside it in a checkout.

    Raise UnfitError where it is in neither.
    """
    package = Path(__file__).parents[1]
    for place in (package / "fixtures" / name, package.parent / "fixtures" / name):
        if place.is_dir():
            return place
    raise UnfitError(f"the files of the example {name} are not installed", "Install tddbot again.")
