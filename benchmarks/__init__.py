"""What the harness costs: judging, booting, recording."""
