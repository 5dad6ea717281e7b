"""Loads the harness's pytest plugin, and nothing else."""

pytest_plugins = ["harness.plugin"]
