"""Copies and caches: how changes get from topics into tables and entries."""
