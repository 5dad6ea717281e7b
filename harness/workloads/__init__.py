"""Traffic: workers that drive clients and record what they asked and what they were told."""
