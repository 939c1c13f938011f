"""What every room uses. No Flask, no MongoDB."""
