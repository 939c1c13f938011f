"""The cellar: what every room stands on. No Flask, no MongoDB."""
