"""Peers that do what no server should: a sound one to start from, what may be wrong with it, a run against each."""
