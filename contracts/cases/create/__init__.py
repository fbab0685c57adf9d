"""Cases of creations only."""
