"""The public keys, for resource servers that verify access tokens by themselves."""
