"""What the metrics bring to the service: nothing where nobody asks for them."""

from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.metrics.settings import MetricsSettings
from authapi.passwords.bulkhead import Bulkhead
from authapi.version import __version__


def build(services: Services, settings: MetricsSettings, clock: Clock) -> None:
    """Add what counts, if `METRICS_TOKEN` is set; else nothing of it is even imported."""
    if settings.metrics_token is None:
        return
    from authapi.metrics.bulkhead import observer
    from authapi.metrics.service import Metrics

    metrics = services.add(Metrics(settings.metrics_token, __version__))
    services[EventRecorder].subscribe(metrics.count_event)
    services[Bulkhead].observe_with(observer(metrics))
