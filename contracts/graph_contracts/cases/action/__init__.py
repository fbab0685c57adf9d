"""What calls of actions are held to, beside what all operations are."""
