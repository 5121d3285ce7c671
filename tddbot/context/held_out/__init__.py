"""Cases of the target's tests that no model is shown: which they are, and the tests' text without them."""
