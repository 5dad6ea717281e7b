"""The schema registry in memory."""
