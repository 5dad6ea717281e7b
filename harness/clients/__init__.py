"""Clients of the services, and which of their errors say that nothing happened."""
