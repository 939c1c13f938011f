"""`/metrics`: what is counted, by how many processes, and for whom."""
