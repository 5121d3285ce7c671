"""The laboratory's side in the jail: one process that has collected the tests, and forks a child for each candidate."""
