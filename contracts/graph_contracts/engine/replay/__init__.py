"""Judging traffic that was recorded."""
