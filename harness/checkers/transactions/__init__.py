"""Checkers of Kafka's transactions: whole, unseen before they commit, in no cycle."""
