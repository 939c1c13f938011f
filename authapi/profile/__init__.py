"""What users do with their own account: show it, change the password, export it, delete it."""
