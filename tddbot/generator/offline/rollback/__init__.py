"""The layer for a regression: the least of what was changed whose revert makes the tests green again."""
