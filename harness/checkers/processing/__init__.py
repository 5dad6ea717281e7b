"""Checkers of processors: every record of a source has one result in the sink, in order."""
