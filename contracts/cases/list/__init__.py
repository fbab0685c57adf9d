"""Cases of lists only."""
