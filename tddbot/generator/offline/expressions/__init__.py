"""One-expression functions, found by enumeration from what the tests demand, and let out only through a gate."""
