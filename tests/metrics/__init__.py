"""`/metrics`: counters of one and of several processes, and who may read them."""
