"""The production server: granian, with its own listening socket and graceful stop."""
