"""Change topics: from records to events and back, and what has been written to them."""
