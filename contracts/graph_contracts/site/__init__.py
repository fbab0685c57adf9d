"""A site of many implementations and their runs over time, as static files: `graph-contracts site`."""
