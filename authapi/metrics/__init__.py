"""Metrics for Prometheus, where `METRICS_TOKEN` is set."""
