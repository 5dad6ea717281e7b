"""report.html: its parts, and what they draw."""
