"""The life of a run: compile, run, check, replay."""
