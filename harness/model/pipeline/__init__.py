"""Pipelines as values: a source and its traffic, paths, copies, caches, and the hops between."""
