"""Small tools every room may use: clock, waits, seeded randomness, registries, errors."""
