"""What tests of several places use."""
