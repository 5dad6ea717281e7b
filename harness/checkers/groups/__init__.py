"""Checkers of consumer groups: what members receive, own and commit."""
