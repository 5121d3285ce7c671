"""tddbot: you write the failing test; it proposes, proves and applies the implementation."""

__version__ = "0.1.0"
