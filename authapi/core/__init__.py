"""What every room stands on. No Flask, no MongoDB."""
