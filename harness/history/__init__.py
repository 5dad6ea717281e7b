"""Histories: what was asked of the system and what it answered, as columns."""
