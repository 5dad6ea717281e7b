"""A chaos harness that says which hop of a streaming pipeline lost, repeated or reordered data."""
