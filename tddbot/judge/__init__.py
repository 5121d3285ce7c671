"""Runs to verdicts: what a patch may touch and contain, what a run proves, and what the tests leave open.

Nothing here runs anything; what it has to ask, it asks of the laboratory that it is handed.
"""
