"""Addresses: given, confirmed by mailbox and account together, changed, removed."""
