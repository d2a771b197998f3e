"""What the desk counts. Nothing in here names a home or a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class DeskMetrics:
    """The desk's own registry, so that several desks can live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.rejects = Counter(
            "anju_desk_rejects_total", "Messages that could not be understood.", ["reason"], registry=self._registry
        )
        self.messages = Counter(
            "anju_desk_messages_total", "Messages that were filed.", ["branch"], registry=self._registry
        )
        self.duplicates = Counter(
            "anju_desk_duplicates_total", "Messages that had come before.", registry=self._registry
        )
        self.answers_dropped = Counter(
            "anju_desk_answers_dropped_total", "Answers left to the house's resend.", registry=self._registry
        )
        self.answers_refused = Counter(
            "anju_desk_answers_refused_total",
            "Answers the broker refused.",
            ["reason_code"],
            registry=self._registry,
        )
        self.broker_connected = Gauge(
            "anju_desk_broker_connected", "1 while the inbox listens at the broker.", registry=self._registry
        )

    def page(self) -> bytes:
        """The page for the scraper, in Prometheus text."""
        return generate_latest(self._registry)
