"""Accounts: registration, and who a user is."""
