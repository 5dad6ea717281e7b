"""What checkers of pipelines look at: the source, its feeds, its copies."""
