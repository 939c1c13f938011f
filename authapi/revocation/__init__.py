"""Revocation: the access tokens of an ended session are void in every process within a second."""
