"""ZooKeeper: its servers, and what a session of it shows."""
