"""Recovery of an account: a forgotten password, or one that somebody else took over."""
