"""Transforms of Connect's and Debezium's, each a function from a record to another, or to none."""
