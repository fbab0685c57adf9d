"""Cases of deletions only."""
