"""Rate limits on guesses, registrations and refused refreshes, shared by all processes."""
