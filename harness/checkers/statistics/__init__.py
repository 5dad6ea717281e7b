"""Statistics of a run; not part of the verdict."""
