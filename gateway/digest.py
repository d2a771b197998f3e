"""Telemetry as digests: counts and last values per device, no raw streams. Bounded by the number of devices."""

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from drivers.event import Event, Kind
from gateway.contract.envelope import Sender
from gateway.contract.messages import DeviceDigest, Digest, DigestData, Reading, StreamQuality
from gateway.contract.times import to_text
from gateway.ids import new_id

LIMIT_BYTES = 1_100
"""How long a digest may be: what lies in the line cannot be overtaken any more, and any line may slow down."""
ENVELOPE_BYTES = 430
"""What of it is for the envelope at most; a single device may exceed the rest, never the contract's limit."""


class DigestBook:
    """Collects what the devices say between two digests. Only these `quantities` of what they measure may leave."""

    def __init__(
        self, since: datetime, quantities: frozenset[str] = frozenset(), new_id: Callable[[], str] = new_id
    ) -> None:
        self._new_id = new_id
        self.stream_counts: Callable[[], dict[str, StreamQuality]] = dict  # how the samples of worn devices arrived
        self._since = since
        self._quantities = quantities
        self._devices: dict[str, DeviceDigest] = {}
        self._last_heard: dict[str, datetime] = {}

    def note(self, event: Event) -> None:
        """Count one event of a device."""
        if event.device is None:
            return
        entry = self._devices.get(event.device)
        if entry is None:
            entry = DeviceDigest(device=event.device, room=event.room, last_heard_at="", messages=0, activity={})
            self._devices[event.device] = entry
        entry.messages += 1
        self._last_heard[event.device] = event.received_at
        if event.battery_percent is not None:
            entry.battery_percent = event.battery_percent
        if event.link_quality is not None:
            entry.link_quality = event.link_quality
        if event.rssi_dbm is not None:
            entry.rssi_dbm = event.rssi_dbm
        if event.kind is Kind.ACTIVITY and event.type is not None:
            entry.activity[event.type] = entry.activity.get(event.type, 0) + 1
        if event.kind is Kind.MEASUREMENT and event.type in self._quantities and event.value is not None:
            _measured(entry.measurements, event.type, event.value, event.unit)

    def take(self, until: datetime, sender: Sender, limit_bytes: int = LIMIT_BYTES) -> list[bytes]:
        """The digests of the time since the last ones, and begin anew; none where nothing was heard.

        None is longer than `limit_bytes`, except for one that holds a single device.
        """
        devices = list(self._devices.values())
        for name, quality in self.stream_counts().items():
            if name in self._devices:
                self._devices[name].stream = quality
        for device in devices:
            device.last_heard_at = to_text(self._last_heard[device.device])
        since, self._since, self._devices, self._last_heard = self._since, until, {}, {}
        parts = _parts(devices, limit_bytes - ENVELOPE_BYTES)
        return [_encode(self._new_id(), part, since, until, sender) for part in parts]


def _measured(readings: dict[str, Reading], quantity: str, value: float, unit: str | None) -> None:
    known = readings.get(quantity)
    if known is None:
        readings[quantity] = Reading(unit=unit, count=1, lowest=value, highest=value, last=value)
        return
    known.count += 1
    known.lowest, known.highest, known.last = min(known.lowest, value), max(known.highest, value), value


def _parts(devices: list[DeviceDigest], limit_bytes: int) -> Iterator[list[DeviceDigest]]:
    part: list[DeviceDigest] = []
    room = limit_bytes
    for device in devices:
        size = len(msgspec.json.encode(device)) + 1
        if part and size > room:
            yield part
            part, room = [], limit_bytes
        part.append(device)
        room -= size
    if part:
        yield part


def _encode(id_: str, devices: list[DeviceDigest], since: datetime, until: datetime, sender: Sender) -> bytes:
    digest = Digest(
        specversion="1.0",
        id=id_,
        source=f"/gateways/{sender.gateway}",
        type="anju.telemetry.digest",
        time=to_text(until),
        datacontenttype="application/json",
        data=DigestData(since=to_text(since), until=to_text(until), store=sender.store, devices=devices),
        subject=sender.resident or msgspec.UNSET,
    )
    return msgspec.json.encode(digest)
