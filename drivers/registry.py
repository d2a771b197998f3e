"""Every driver by name. A driver's module is imported when its entry is first looked up, never before."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Generic, TypeVar

from drivers.device import Decoded, Lookup
from drivers.framing import Splitter

EVIDENCE_FRAMES: Mapping[str, int] = {"ev1527_codes": 6, "sonoff_rf_bridge_uart": 9, "zigbee2mqtt_json": 13}
"""How many frames captured from real devices each protocol's decoder is proven on."""


@dataclass(frozen=True, slots=True)
class Model:
    """What can be expected of one model: whether it reports by itself, after how long silence is a fault, its power."""

    name: str
    supervised: bool
    supervision_seconds: int | None
    battery: bool


@dataclass(frozen=True, slots=True)
class Driver:
    """A family of devices that can be enrolled.

    `normalise_address` and `normalise_code` turn what a person typed into the form that the decoder uses, or raise
    ValueError with the remedy. `code_map_words` are the words a code map may give a code; None (as for
    `normalise_code`) where the devices of this driver need no code map. `repeat_seconds` is how close together the same
    code counts as one press, for senders that repeat themselves; None where every message is a press of its own.
    `state_seconds` is how long an unchanged state or a further reading is no news, for devices that report many times a
    second; None where each report counts.
    """

    name: str
    protocols: tuple[str, ...]
    models: Mapping[str, Model]
    generic_model: str
    normalise_address: Callable[[str], str]
    normalise_code: Callable[[str], str] | None
    code_map_words: frozenset[str] | None
    repeat_seconds: float | None = None
    state_seconds: float | None = None

    def model(self, name: str) -> Model:
        """The named model; the generic one where the name is unknown."""
        return self.models.get(name, self.models[self.generic_model])

    @property
    def evidence_frames(self) -> int:
        """How many captured frames stand behind this driver."""
        return sum(EVIDENCE_FRAMES[protocol] for protocol in self.protocols)


@dataclass(frozen=True, slots=True)
class SerialDriver:
    """A receiver on a serial line.

    `acknowledgement` gives the bytes that the receiver expects once its frame has been handled durably, or None.
    """

    name: str
    baud_rate: int
    new_splitter: Callable[[], Splitter]
    decode: Callable[[bytes, Lookup], Decoded]
    acknowledgement: Callable[[bytes], bytes | None]


@dataclass(frozen=True, slots=True)
class MqttDriver:
    """Devices behind the local broker. `decode` takes topic, payload, whether it was retained, and the lookup."""

    name: str
    subscriptions: tuple[str, ...]
    decode: Callable[[str, bytes, bool, Lookup], Decoded]


Entry = TypeVar("Entry")


class _Lazy(Mapping[str, Entry], Generic[Entry]):
    def __init__(self, kind: type[Entry], places: Mapping[str, tuple[str, str]]) -> None:
        self._kind = kind
        self._places = places

    def __getitem__(self, name: str) -> Entry:
        module, attribute = self._places[name]
        entry: object = getattr(import_module(module), attribute)
        if not isinstance(entry, self._kind):
            raise TypeError(f"{module}.{attribute} is not a {self._kind.__name__}")
        return entry

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


DRIVERS: Mapping[str, Driver] = _Lazy(
    Driver, {"ev1527": ("drivers.ev1527", "DRIVER"), "zigbee2mqtt": ("drivers.zigbee2mqtt", "DRIVER")}
)
"""What `driver` of a `[[device]]` may be."""

SERIAL_DRIVERS: Mapping[str, SerialDriver] = _Lazy(
    SerialDriver, {"sonoff_rf_bridge": ("drivers.sonoff_rf_bridge", "SERIAL_DRIVER")}
)
"""What `driver` of a `[[serial]]` may be."""

MQTT_DRIVERS: Mapping[str, MqttDriver] = _Lazy(MqttDriver, {"zigbee2mqtt": ("drivers.zigbee2mqtt", "MQTT_DRIVER")})
"""The drivers that listen on the local broker."""
