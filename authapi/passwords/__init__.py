"""Passwords: hashing them a bounded number at a time, and what they may be."""
