"""Numbers of a run that are no verdict."""
