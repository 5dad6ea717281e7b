"""From what checkers found to a verdict: claims, promises, doubts, numbers, the headline."""
