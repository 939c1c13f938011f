"""Speed, measured side by side on real servers; run by hand, never a test."""
