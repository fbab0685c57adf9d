"""Cases about batches."""
