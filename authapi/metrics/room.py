"""What the metrics bring to the service."""

from authapi.core.clock import Clock
from authapi.core.environment import SettingsError
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.metrics.settings import MetricsSettings
from authapi.passwords.bulkhead import Bulkhead
from authapi.version import __version__

_NOT_INSTALLED = (
    "METRICS_TOKEN is set, but prometheus-client is not installed:"
    " pip install 'authapi-flask[metrics]'"
)


def build(services: Services, settings: MetricsSettings, clock: Clock) -> None:
    """Add the metrics, if `METRICS_TOKEN` is set; else they are not even imported.

    Raises:
        SettingsError: where the package was installed without the extra `metrics`.
    """
    if settings.metrics_token is None:
        return
    try:
        from authapi.metrics.service import Metrics
    except ModuleNotFoundError as missing:
        if not str(missing.name).startswith("prometheus_client"):
            raise
        raise SettingsError([_NOT_INSTALLED]) from None

    metrics = services.add(Metrics(settings.metrics_token, __version__))
    services[EventRecorder].subscribe(metrics.count_event)
    services[Bulkhead].observe_with(metrics.count_hashing)
