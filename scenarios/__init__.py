"""Scenarios: each states what must hold while what breaks, beside a twin that must fail."""
