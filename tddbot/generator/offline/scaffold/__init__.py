"""What the tests use and nobody defines, with the signatures that its uses prove and without bodies."""
