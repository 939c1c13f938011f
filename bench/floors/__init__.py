"""Floors: the least that the same server, framework, database or hash costs."""
