"""Cases that several kinds of operations share."""
