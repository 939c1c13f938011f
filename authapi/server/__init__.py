"""The production server: granian, with a listening socket and a stop of our own."""
