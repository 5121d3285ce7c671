"""Red tests to targets, and a target to the brief of what a generator may see. Pure: files come in as functions."""
