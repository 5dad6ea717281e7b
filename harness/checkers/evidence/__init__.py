"""What checkers look at, and what several of them derive from it."""
