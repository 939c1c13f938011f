"""Getting back into an account: a forgotten password, or somebody else in it."""
