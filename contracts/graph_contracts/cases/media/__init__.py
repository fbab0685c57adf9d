"""Cases about octets."""
