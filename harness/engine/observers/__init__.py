"""Workers that watch while traffic runs."""
