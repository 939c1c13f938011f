"""Tells other services and proxies what a token says."""
