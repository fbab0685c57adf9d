"""Cases of counts only."""
