"""Conditional writes that somebody else's write may come before."""

TRIES = 5
"""How often such a write is tried again, with what is stored by then."""
