"""Transactional producers, and what they read while a transaction is open."""
