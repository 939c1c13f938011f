"""Whether numbers are counted for Prometheus."""

from dataclasses import dataclass

from authapi.core.credentials import credential
from authapi.core.environment import variable
from authapi.core.secrets import Secret


@dataclass(frozen=True)
class MetricsSettings:
    """The credential of a scrape."""

    metrics_token: Secret | None = variable("METRICS_TOKEN", None, credential, secret=True)
