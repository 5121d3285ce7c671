"""Runs to verdicts: what a patch may touch, what a run proves, and the record that goes with it. Pure throughout."""
