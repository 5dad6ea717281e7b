"""Faults: one small file per family; the conductor that executes the steps of a plan."""
