"""Connectors over JDBC: a source that polls, and Debezium's sink."""
