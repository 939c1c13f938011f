"""The pages that mailed links lead to: each form is passed to a JSON endpoint (S146)."""
