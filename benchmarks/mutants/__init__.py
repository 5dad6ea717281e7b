"""Mutation testing of the judge's own code: which changes of it no test would notice."""
