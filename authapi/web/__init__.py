"""What surrounds all requests: bodies, tokens, errors, headers, logs. No MongoDB."""
