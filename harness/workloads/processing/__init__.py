"""Consume-transform-produce workers: real processes that can be killed, paused and held."""
