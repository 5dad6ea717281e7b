"""Links and proxies, and cutting packets between containers."""
