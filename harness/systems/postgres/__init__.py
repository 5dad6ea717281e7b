"""PostgreSQL: its service, its client, and what its errors say."""
