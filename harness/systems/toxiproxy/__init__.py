"""Toxiproxy: the service through which every link goes."""
