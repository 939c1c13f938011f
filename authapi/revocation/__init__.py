"""Revocation: a logged-out session's access tokens are dead everywhere within a second."""
