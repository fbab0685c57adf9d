"""Judging the traffic of a client as it passes."""
