"""The pages that mailed links lead to: each form is the request of a JSON endpoint (S146)."""
