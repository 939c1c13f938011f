"""What users do with their own account: look at it, change the password, take it along, leave."""
