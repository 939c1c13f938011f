"""Tokens: their claims, signatures and checks."""
