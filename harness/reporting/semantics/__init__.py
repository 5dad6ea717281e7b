"""Delivery semantics side by side: the bounds, the table, the plots, the page and the terminal."""
