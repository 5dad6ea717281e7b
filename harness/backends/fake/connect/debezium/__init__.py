"""Debezium's connector for MySQL."""
