"""The example resource: what to copy to protect one of your own."""
