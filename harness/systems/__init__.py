"""One package per technology: what runs, when it is ready, its client, which errors say what."""
