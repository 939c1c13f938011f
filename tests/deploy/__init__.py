"""Every deployment that the documentation describes, as far as it can be tried on one machine."""
