"""Cases about references."""
