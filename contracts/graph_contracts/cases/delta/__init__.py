"""Cases about delta queries."""
