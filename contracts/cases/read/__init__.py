"""Cases of reads only."""
