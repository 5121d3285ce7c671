"""How much of each kind a brief holds at most, whatever the repository is. All in characters.

Together some 400,000, which is 100,000 tokens at the 4.0 characters a token that source files have (496 files: 4.0 to
4.55 on average). What a rung's own context has room for is the prompt's affair.
"""

TESTS = 80_000
CONFTESTS = 20_000
SOURCES = 240_000
"""More than the largest file that is shown at all, so that a module under test is never too large by itself."""

SIBLINGS = 16_000
SIGNATURES = 32_000
MAP = 8_000
"""2,000 tokens."""

ONE_SIGNATURE = 8_000
"""One module without its bodies."""

LONG = 400
"""A test file of more lines than this is shown without the tests that are not at issue."""
