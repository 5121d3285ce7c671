"""The layer that undoes one slip: where it may be, what it may be, and the search among these."""
