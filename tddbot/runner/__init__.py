"""The stage that runs the tests of a snapshot, with a patch laid over it, in a jail."""
