"""The page at `/`: what this is, and where to go from here."""
