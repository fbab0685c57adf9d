"""Cases of functions only."""
