"""What crosses over into the project's Python: standard library and the project's pytest, nothing of tddbot."""
