"""Counts with `prometheus_client`, in one process or several."""

import hmac

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from authapi.core.events import Event, SecurityEvent
from authapi.core.secrets import Secret
from authapi.metrics import rules
from authapi.passwords.bulkhead import Change

CONTENT_TYPE: str = CONTENT_TYPE_LATEST
_BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5)
_MAIL_BUCKETS = (0.05, 0.25, 1.0, 2.5, 5.0, 10.0, 45.0)
disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the series


class Metrics:
    """The service's numbers; `docs/operations.md` lists them.

    With `PROMETHEUS_MULTIPROC_DIR` in the environment, which `serve.py` sets, every process counts
    into files of its own in that folder, and any of them returns the sums of all.

    Args:
        token: what a scrape has to send.
        version: the service's.
    """

    def __init__(self, token: Secret, version: str) -> None:
        self._token = token.reveal().encode()
        self._registry = CollectorRegistry()
        self._requests = self._counter(
            "authapi_requests", "Requests answered.", "method", "endpoint", "status"
        )
        self._seconds = Histogram(
            "authapi_request_duration_seconds",
            "Seconds from a request's head to its answer.",
            ["endpoint"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._count_refusals()
        self._count_hashes()
        self._count_mails()
        self._count_outcomes()
        build = Gauge(
            "authapi_build_info",
            "Always 1; the version is in the label.",
            ["version"],
            registry=self._registry,
            multiprocess_mode="max",
        )
        build.labels(version).set(1)

    def admits(self, token: str) -> bool:
        """Compare `token` with the operator's, in constant time."""
        return hmac.compare_digest(token.encode(errors="replace"), self._token)

    def count_request(self, method: str, endpoint: str | None, status: int, seconds: float) -> None:
        """Count a request."""
        where = rules.endpoint_label(endpoint)
        self._requests.labels(rules.method_label(method), where, str(status)).inc()
        self._seconds.labels(where).observe(seconds)

    def count_event(self, event: SecurityEvent) -> None:
        """Count a security event: a sink for the `EventRecorder`."""
        if event.event == Event.RATE_LIMITED:
            self._refusals.labels(event.reason or rules.OTHER).inc()
        elif event.event == Event.TOKEN_REFUSED:
            self._refused_tokens.labels(str(event.reason)).inc()
        elif counter := self._outcomes.get(Event(event.event)):
            counter.inc()

    def count_hashing(self, change: Change) -> None:
        """Count a change of the bulkhead around password hashes."""
        self._hashing[change]()

    def mail(self, kind: str, result: str) -> None:
        """Count how an attempt at a mail of that kind ended."""
        self._mails.labels(kind, result).inc()

    def mail_seconds(self, seconds: float) -> None:
        """Note how long a mail server took."""
        self._mail_seconds.observe(seconds)

    def mail_waits(self, seconds: float) -> None:
        """Note for how long the oldest mail has been due; 0 when none is."""
        self._mail_waits.set(seconds)

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        registry = self._registry
        if values.ValueClass._multiprocess:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    def _count_refusals(self) -> None:
        self._refusals = self._counter("authapi_limit_refusals", "Limits met.", "reason")
        forged = "Forged or foreign tokens."
        self._refused_tokens = self._counter("authapi_tokens_refused", forged, "kind")
        for kind in rules.TOKENS:  # each series exists, at 0, before the first event
            self._refused_tokens.labels(kind)

    def _count_hashes(self) -> None:
        refusals = self._counter(
            "authapi_password_hash_refusals", "Requests refused: no room was left."
        )
        callers = self._gauge(
            "authapi_password_hash_seats_taken", "Requests that hash a password or wait for it."
        )
        hashes = self._gauge("authapi_password_hashes_in_progress", "Passwords being hashed.")
        self._hashing = {
            Change.ADMITTED: callers.inc,
            Change.LEFT: callers.dec,
            Change.REFUSED: refusals.inc,
            Change.STARTED: hashes.inc,
            Change.FINISHED: hashes.dec,
        }

    def _count_mails(self) -> None:
        self._mails = self._counter("authapi_mail", "Mails handled.", "kind", "result")
        self._mail_seconds = Histogram(
            "authapi_mail_send_seconds",
            "Seconds that a mail server took for a mail.",
            buckets=_MAIL_BUCKETS,
            registry=self._registry,
        )
        self._mail_waits = Gauge(
            "authapi_mail_oldest_due_seconds",
            "Seconds for which the oldest mail has been due.",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )

    def _count_outcomes(self) -> None:
        self._outcomes = {
            event: counter.labels(outcome)
            for counter, outcomes in (
                (self._counter("authapi_logins", "Passwords tried.", "outcome"), rules.LOGINS),
                (self._counter("authapi_refreshes", "Refreshes.", "outcome"), rules.REFRESHES),
                (
                    self._counter("authapi_registrations", "Registrations.", "outcome"),
                    rules.REGISTRATIONS,
                ),
                (self._counter("authapi_resets", "Passwords reset.", "result"), rules.RESETS),
                (self._counter("authapi_passkeys", "Passkeys shown.", "result"), rules.PASSKEYS),
            )
            for event, outcome in outcomes.items()
        }

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self._registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self._registry, multiprocess_mode="livesum")
