"""What the gateway counts, as Prometheus text. The names are part of the contract; units stand in them.

No label ever bears personal data, an address or a device, and no label set grows without bound.
"""

from drivers.event import Kind
from gateway.counting import Counter, Gauge, Histogram, Registry

LABEL_VALUES_LIMIT = 64
"""Distinct values of one free label; whatever comes after that is counted as `other`."""

_COMMIT_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_HOP_BUCKETS = (0.0002, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0)


class _BoundedLabel:
    """Lets the first LABEL_VALUES_LIMIT values through and calls every later one `other`."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def bound(self, value: str) -> str:
        if value in self._known:
            return value
        if len(self._known) >= LABEL_VALUES_LIMIT:
            return "other"
        self._known.add(value)
        return value


class Metrics:
    """All counters of one gateway, for the loop's thread."""

    def __init__(self, version: str) -> None:
        self._registry = registry = Registry()
        self._reasons = _BoundedLabel()
        self._ignored_reasons = _BoundedLabel()
        self._unknown_sources = Counter(
            "anju_unknown_sources", "Messages from sources that are not enrolled", registry=registry
        )
        self._rejects = Counter(
            "anju_rejects",
            "Things heard that are no new message, by driver and reason",
            ["driver", "reason"],
            registry=registry,
        )
        self._events = Counter("anju_events", "Events, by kind", ["kind"], registry=registry)
        for kind in Kind:
            self._events.inc(kind.value, by=0)
        self._alarms = Counter("anju_alarms", "Alarms and tests raised, by type", ["type"], registry=registry)
        self._commit = Histogram(
            "anju_commit_seconds", "Time of one durable commit", buckets=_COMMIT_BUCKETS, registry=registry
        )
        self._hop = Histogram(
            "anju_alarm_hop_seconds",
            "Time that one hop took an alarm: decode, commit, publish, puback, received, accepted",
            ["hop"],
            buckets=_HOP_BUCKETS,
            registry=registry,
        )
        self._publish_refused = Counter(
            "anju_publish_refused",
            "Messages the broker refused, by MQTT 5 reason code",
            ["reason_code"],
            registry=registry,
        )
        self._uplink_connected = Gauge(
            "anju_uplink_connected", "1 while the district's broker has us connected", registry=registry
        )
        self._uplink_connects = Counter(
            "anju_uplink_connects", "Connections made to the district's broker", registry=registry
        )
        self._unanswered = Gauge(
            "anju_outbox_unanswered", "Messages the call centre has not yet answered", registry=registry
        )
        self._oldest_unanswered = Gauge(
            "anju_oldest_unanswered_alarm_seconds", "Age of the oldest unanswered alarm, 0 if none", registry=registry
        )
        self._answers = Counter("anju_answers", "Answers of the call centre, by state", ["state"], registry=registry)
        self._answers_ignored = Counter(
            "anju_answers_ignored",
            "Answers that fit no message or cannot be read, by reason",
            ["reason"],
            registry=registry,
        )
        self._output_messages = Counter(
            "anju_output_messages",
            "Messages to sirens, plugs and buzzers: sent, not_sent (no line or no room), dropped (for a newer one)",
            ["result"],
            registry=registry,
        )
        self._serial_connected = Gauge(
            "anju_serial_connected",
            "1 while a serial port is open, by its configured name",
            ["port"],
            registry=registry,
        )
        self._pending = Gauge("anju_pending_alarms", "Alarms that can still be taken back", registry=registry)
        self._pending_ended = Counter(
            "anju_pending_alarms_ended",
            "Alarms that could be taken back, by type and what became of them: confirmed, due, cancelled",
            ["type", "end"],
            registry=registry,
        )
        self._falls_found = Counter("anju_falls_found", "Falls found in the samples of worn devices", registry=registry)
        self._fall_watch_dropped = Counter(
            "anju_fall_watch_dropped_blocks",
            "Blocks of samples that nobody judged, because the watcher of falls did not keep up",
            registry=registry,
        )
        self._stream_blocks = Counter(
            "anju_wearable_blocks", "Blocks of samples of worn devices, in order", registry=registry
        )
        self._stream_missing = Counter(
            "anju_wearable_missing_blocks", "Blocks of samples of worn devices that never came", registry=registry
        )
        self._stream_gaps = Counter(
            "anju_wearable_gaps", "Gaps in the samples of worn devices, restarts of theirs included", registry=registry
        )
        self._stream_late = Counter(
            "anju_wearable_late_blocks", "Blocks of samples that came twice or too late", registry=registry
        )
        self._hand_tests_due = Gauge(
            "anju_hand_tests_due", "Devices that cannot be supervised and want a test by hand", registry=registry
        )
        self._route_up = Gauge(
            "anju_route_up", "1 while a way to the centre works, by its name", ["route"], registry=registry
        )
        build_info = Gauge("anju_build_info", "Always 1; the version is the label", ["version"], registry=registry)
        build_info.set(1, version)

    def unknown_source(self) -> None:
        """A sound message came from a source that is not enrolled."""
        self._unknown_sources.inc()

    def rejected(self, driver: str, reason: str, count: int = 1) -> None:
        """`count` things were heard that are no message of `driver`, all for the same reason."""
        self._rejects.inc(driver, self._reasons.bound(reason), by=count)

    def event_stored(self, kind: str) -> None:
        """An event happened."""
        self._events.inc(kind)

    def alarm_raised(self, type_: str) -> None:
        """An alarm or a test became durable; updates and ends are not counted here."""
        self._alarms.inc(type_)

    def pending_alarms(self, held: int) -> None:
        """So many alarms can still be taken back."""
        self._pending.set(held)

    def pending_ended(self, type_: str, end: str) -> None:
        """An alarm can be taken back no more: `end` is a standing of `gateway.pending`."""
        self._pending_ended.inc(type_, end)

    def fall_found(self) -> None:
        """A fall was found in the samples of a worn device."""
        self._falls_found.inc()

    def fall_watch_dropped(self) -> None:
        """A block of samples was dropped unseen."""
        self._fall_watch_dropped.inc()

    def committed(self, seconds: float) -> None:
        """A durable commit took `seconds`."""
        self._commit.observe(seconds)

    def alarm_hop(self, hop: str, seconds: float) -> None:
        """One hop of an alarm's way took so many seconds."""
        self._hop.observe(seconds, hop)

    def publish_refused(self, reason_code: int) -> None:
        """The broker refused a message with this MQTT 5 reason code."""
        self._publish_refused.inc(f"0x{reason_code:02x}")

    def uplink_connected(self) -> None:
        """The district's broker accepted our connection."""
        self._uplink_connects.inc()
        self._uplink_connected.set(1)

    def uplink_disconnected(self) -> None:
        """The connection to the district's broker ended."""
        self._uplink_connected.set(0)

    def stream_blocks(self, count: int) -> None:
        """So many blocks of a worn device's samples came in order."""
        self._stream_blocks.inc(by=count)

    def stream_gap(self, missing_blocks: int) -> None:
        """A worn device's samples have a gap of so many blocks, 0 where nobody knows."""
        self._stream_gaps.inc()
        self._stream_missing.inc(by=missing_blocks)

    def stream_late(self, count: int) -> None:
        """So many blocks of samples came twice or after they had been given up."""
        self._stream_late.inc(by=count)

    def hand_tests_due(self, count: int) -> None:
        """So many devices that cannot be supervised have not been used or tested for a month."""
        self._hand_tests_due.set(count)

    def unanswered(self, count: int, oldest_alarm_seconds: float) -> None:
        """So many messages are without the centre's `received`; age of the oldest alarm among them, 0 if none."""
        self._unanswered.set(count)
        self._oldest_unanswered.set(oldest_alarm_seconds)

    def answered(self, state: str) -> None:
        """An answer of the centre was taken."""
        self._answers.inc(state)

    def answer_ignored(self, reason: str) -> None:
        """An answer of the centre was not taken (unknown message, lower rank, unreadable)."""
        self._answers_ignored.inc(self._ignored_reasons.bound(reason))

    def output_message(self, result: str) -> None:
        """A message to an output was `sent`, `not_sent`, or `dropped` for a newer one."""
        self._output_messages.inc(result)

    def serial_connected(self, port: str, *, connected: bool) -> None:
        """A serial port, by its configured name, was opened or lost."""
        self._serial_connected.set(connected, port)

    def route_up(self, route: str, *, up: bool) -> None:
        """A way to the centre, by its configured name, works or does not."""
        self._route_up.set(up, route)

    def render(self) -> bytes:
        """The whole registry in the Prometheus text format 0.0.4 (UTF-8)."""
        return self._registry.render()
