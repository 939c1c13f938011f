"""A sample of a protected resource."""
