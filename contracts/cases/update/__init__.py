"""Cases of updates only."""
