"""Proposals with no key and no network: single-edit repair of code that is there."""
