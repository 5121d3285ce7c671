"""Split mode: the tests in one jail, the patched modules in another, and nothing but plain data between them."""
