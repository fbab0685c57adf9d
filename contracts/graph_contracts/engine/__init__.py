"""The run: from settings to results, by way of pytest."""
