"""What people get from a run: its folder, a page, a summary, JUnit, an index over all runs."""
