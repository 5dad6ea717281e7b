"""Judges: pure functions of a history and its facts. No Docker, no clients, no clock."""
