"""What other services and proxies ask about a token."""
