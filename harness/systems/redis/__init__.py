"""Redis: the server, its client, errors."""
