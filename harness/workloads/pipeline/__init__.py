"""The traffic of a pipeline workload: writers to MySQL, paths of their changes, copies, readers."""
