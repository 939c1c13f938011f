"""What the operator does with users: show, disable, delete, import."""
