"""Cases about replacements alone."""
