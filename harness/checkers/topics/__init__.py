"""Checkers of topics: what administrators were told, and what cleanup may remove."""
