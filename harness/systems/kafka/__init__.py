"""Kafka: brokers, controllers, clients, groups, topics, transactions, and its protocol by hand."""
