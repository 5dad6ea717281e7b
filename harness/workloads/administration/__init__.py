"""Administrators of topics as traffic, and what the cluster shows of the topics they change."""
