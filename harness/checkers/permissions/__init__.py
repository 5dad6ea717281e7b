"""What settings permit, each with its reason."""
