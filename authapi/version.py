"""The version, told by `/healthz` and in the API description."""

__version__ = "0.1.0"
