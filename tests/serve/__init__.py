"""The production server, in processes of its own."""
