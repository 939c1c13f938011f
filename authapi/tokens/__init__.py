"""The tokens: what they say, how they are signed, and when they are believed."""
