"""Kafka in memory: brokers, replication, groups, transactions, clients."""
