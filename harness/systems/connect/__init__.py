"""Kafka Connect: its workers and its REST interface."""
