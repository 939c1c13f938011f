"""The version, told by `/healthz` and in the API description."""

__version__ = "1.0.0"
