"""Dividing a run: over local workers, or over machines."""
