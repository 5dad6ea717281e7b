"""One file per kind of service: its containers, its links, how to tell that it is ready."""
