"""The audit trail: security events, kept for a set time, shown to the user they concern."""
