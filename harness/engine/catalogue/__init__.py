"""Scenarios by name, wherever they are, and the catalogue of everything that has a name."""
