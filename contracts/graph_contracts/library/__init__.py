"""What other programs use of the suite: a run as a function, rules of a team's own, the reference as a mock."""
