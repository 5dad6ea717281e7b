"""Checkers of records in their partitions: all there, once, in order, read in time."""
