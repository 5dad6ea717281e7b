"""Pools that lend stacks: one for each back end."""
