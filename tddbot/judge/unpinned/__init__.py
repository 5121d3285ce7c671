"""What no test notices of a patch: mutants that survive, where they differ, and the test that would tell."""
