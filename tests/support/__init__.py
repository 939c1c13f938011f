"""Helpers of the tests: HTTP clients, a clock that tests move, server processes, waiting."""
