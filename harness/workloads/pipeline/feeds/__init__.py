"""Feeds: how changes get from the source into topics."""
