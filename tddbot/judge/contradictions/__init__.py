"""Whether tests contradict each other, as far as what they say and what was recorded of them proves it."""
