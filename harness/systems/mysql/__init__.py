"""MySQL: the server, its replica, connections, errors."""
