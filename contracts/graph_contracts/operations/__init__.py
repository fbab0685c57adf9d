"""What a case holds: a driver for each kind of operation, made of parts with state of their own."""
