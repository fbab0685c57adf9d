"""What turns results into an exit code beyond their verdict: the baseline of known failures, and an earlier run."""
