"""The way to the target: sending requests, and what came back."""
