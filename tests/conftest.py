"""What holds for all tests: nothing is measured, so hypothesis has no deadline, however busy the machine is."""

from hypothesis import settings

settings.register_profile("tddbot", deadline=None)
settings.load_profile("tddbot")
