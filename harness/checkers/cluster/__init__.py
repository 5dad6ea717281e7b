"""Checkers of the services of a cluster."""
