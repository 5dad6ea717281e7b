"""Checkers of consumer groups: what members were handed, own and commit."""
