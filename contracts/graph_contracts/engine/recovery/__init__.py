"""Putting a target back to what it was, at the end of a run or later."""
