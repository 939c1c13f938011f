"""The sign-in: a proof of who somebody is becomes a session."""
