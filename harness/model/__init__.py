"""Frozen values: scenario, plan, fault, anomaly, verdict, manifest; one codec, one version."""
