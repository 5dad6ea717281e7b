"""Planted bugs: each is a small function over the seams, and the anomaly that gives it away."""
