"""The version, in `/healthz` and the API description."""

__version__ = "1.0.0"
