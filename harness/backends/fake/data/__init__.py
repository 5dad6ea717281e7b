"""Databases and caches in memory."""
