"""Finding the objects to work on, and whether the target can be judged at all."""
