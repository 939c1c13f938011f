"""What the operator does with users: look, forbid, remove, bring in."""
