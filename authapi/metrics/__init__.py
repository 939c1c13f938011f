"""Numbers for whoever runs the service: counted only where `METRICS_TOKEN` is set."""
