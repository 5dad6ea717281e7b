"""The real stack: images, services, containers, roles; and the compose file for people."""
