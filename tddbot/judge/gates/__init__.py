"""The project's own checks: which are configured, what they say, and what of it is new."""
