"""Kafka Connect in memory: workers, tasks, converters, transforms, and the connectors we run."""
