"""Checkers of pipelines: where each committed row version went, and which hop broke it."""
