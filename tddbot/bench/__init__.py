"""Measurements of tddbot by tddbot."""
