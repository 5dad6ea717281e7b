"""Where a run happens: containers of our own, or memory."""
