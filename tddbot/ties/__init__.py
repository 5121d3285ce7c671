"""Different patches that all tests pass: whether they are the same, and else which test would decide."""
