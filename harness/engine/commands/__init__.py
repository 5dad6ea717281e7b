"""What commands of people ask of a running stack, or of this machine."""
