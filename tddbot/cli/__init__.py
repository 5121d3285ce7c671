"""The front ends: a thin file for each command."""
