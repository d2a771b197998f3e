"""Every driver by name. A driver's module is imported when its entry is first looked up, never before.

Other packages bring drivers of their own by entry points, see `drivers.plug_ins`; ours win.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Generic, Protocol, TypeVar

from drivers.device import Decoded, Device, Lookup
from drivers.framing import Splitter
from drivers.output import OutputDriver
from drivers.plug_ins import Declared, PlugIn, declared
from drivers.radio_topics import SUBSCRIPTIONS

EVIDENCE_FRAMES: Mapping[str, int] = {
    "ble_bands_trackers": 7,
    "ble_bthome_v2": 6,
    "ble_xiaomi_mibeacon": 0,
    "ev1527_codes": 6,
    "owntracks_mqtt": 3,
    "gps_watch_3g_sg": 27,
    "hlk_ld2410_uart": 10,
    "hlk_ld2450_uart": 0,
    "r60_5359_uart": 0,
    "seeed_mr60_uart": 4,
    "sonoff_rf_bridge_uart": 9,
    "zigbee2mqtt_json": 13,
    "tasmota_rf_mqtt": 6,
    "openmqttgateway_rf": 5,
    "rtl433_json": 6,
    "zigbee_ias_zcl": 7,
    "modbus_rtu": 0,
    "chirpstack_v4_mqtt": 0,
    "milesight_lorawan": 0,
}
"""How many frames captured from real devices each protocol's decoder is proven on; a plug-in's proof is its own."""


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
    second; None where each report counts. `is_worn`: its devices have a `position` on the body and a cancel window.
    `is_sealed`: its devices may seal their messages with a `bind_key`. `tells_presses`: its buttons tell kinds of
    presses apart, which `presses` of a device may give a meaning. `tells_location`: its devices say where they are.
    `tells_falls`: its devices may report a fall themselves.
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
    is_worn: bool = False
    is_sealed: bool = False
    tells_presses: bool = False
    tells_location: bool = False
    tells_falls: bool = False

    def model(self, name: str) -> Model:
        """The named model, however it is written; the generic one where the name is unknown."""
        return self.models.get(name) or self.models[self.model_name(name) or self.generic_model]

    def model_name(self, written: str) -> str | None:
        """The model that a person means who wrote its name in another case, or its maker before it; None where
        nobody or more than one is meant.
        """
        if written in self.models:
            return written
        words = written.casefold().split()
        for first in range(len(words)):
            wanted = " ".join(words[first:])
            meant = [name for name in self.models if name.casefold() == wanted]
            if meant:
                return meant[0] if len(meant) == 1 else None
        return None

    @property
    def evidence_frames(self) -> int:
        """How many captured frames stand behind this driver."""
        return sum(EVIDENCE_FRAMES.get(protocol, 0) for protocol in self.protocols)


@dataclass(frozen=True, slots=True)
class LearningMode:
    """A mode of a receiver's own for learning a code: how to `enter` and `leave` it.

    `end_of` says in words that a frame is the end of it; None for any other frame.
    """

    enter: bytes
    leave: bytes
    end_of: Callable[[bytes], str | None]


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
    learning: LearningMode | None = None


@dataclass(frozen=True, slots=True)
class ListenerDriver:
    """Devices that dial in over TCP.

    `acknowledgement` as with a serial driver. `silence_seconds`: a connection that says nothing for so long is closed.
    `order` makes the frame for an order's content out of the last frame that the device sent.
    """

    name: str
    new_splitter: Callable[[], Splitter]
    decode: Callable[[bytes, Lookup], Decoded]
    acknowledgement: Callable[[bytes], bytes | None]
    silence_seconds: float
    order: Callable[[bytes, bytes], bytes | None]


@dataclass(frozen=True, slots=True)
class MqttDriver:
    """Devices behind the local broker. `decode` takes topic, payload, whether it was retained, and the lookup.

    `is_stream`: many messages a second that are worth nothing once they are old, and no alarm among them. They have a
    session of their own, so that a press never stands behind them in the broker's queue, nor is dropped for them.
    """

    name: str
    subscriptions: tuple[str, ...]
    decode: Callable[[str, bytes, bool, Lookup], Decoded]
    is_stream: bool = False


@dataclass(frozen=True, slots=True)
class PolledDriver:
    """Devices that share a serial line and speak only when asked.

    `port_of` gives the line's name out of a device's normalised address, `questions` the frames to send to a device in
    order, each a Modbus request that reads, every `poll_seconds`. `decode` takes the line's name, the question, all
    bytes heard since, and the lookup.
    """

    name: str
    baud_rate: int
    port_of: Callable[[str], str]
    questions: Callable[[Device], tuple[bytes, ...]]
    poll_seconds: Callable[[Device], float]
    decode: Callable[[str, bytes, bytes, Lookup], Decoded]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Entry = TypeVar("Entry", bound=_Named)


class Register(Mapping[str, Entry], Generic[Entry]):
    """The drivers of one kind by name.

    Going through it gives our own. A name that is not ours is looked for among the plug-ins; taking the entry of one
    raises whatever that package raises.
    """

    def __init__(self, kind: type[Entry], group: str, places: Mapping[str, tuple[str, str]]) -> None:
        self._kind = kind
        self._group = group
        self._places = places
        self._loaded: dict[str, Entry] = {}

    def __getitem__(self, name: str) -> Entry:
        loaded = self._loaded.get(name)
        if loaded is not None:
            return loaded
        if name in self._places:
            module, attribute = self._places[name]
            entry: object = getattr(import_module(module), attribute)
        else:
            entry = self._declared(name)[name].load()
        if not isinstance(entry, self._kind):
            raise TypeError(f"it is not a {self._kind.__name__} of drivers.registry")
        if entry.name != name and name not in self._places:
            raise ValueError(f'it calls itself "{entry.name}"')
        self._loaded[name] = entry
        return entry

    def __contains__(self, name: object) -> bool:
        return name in self._places or name in self._declared(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def plug_ins(self) -> dict[str, PlugIn]:
        """What other packages bring of this kind, by name. Imports nothing of it."""
        return plug_ins().of(self._group)

    def _declared(self, name: object) -> dict[str, PlugIn]:
        """The metadata are read only for a name that we do not have: a house without plug-ins starts without them."""
        return self.plug_ins() if name and name not in own_names() else {}


@cache
def own_names() -> frozenset[str]:
    """Every name that is ours in any kind: no plug-in may take it in another one."""
    kinds = (DRIVERS, SERIAL_DRIVERS, POLLED_DRIVERS, MQTT_DRIVERS, OUTPUT_DRIVERS, LISTENER_DRIVERS)
    return frozenset(name for kind in kinds for name in kind)


@cache
def plug_ins() -> Declared:
    """What other packages declare, and what of it is refused."""
    return declared({*own_names(), *EVIDENCE_FRAMES})


DRIVERS: Register[Driver] = Register(
    Driver,
    "anju.drivers",
    {
        "ble": ("drivers.ble", "DRIVER"),
        "box": ("drivers.box", "DRIVER"),
        "chirpstack": ("drivers.chirpstack", "DRIVER"),
        "ev1527": ("drivers.ev1527", "DRIVER"),
        "hlk_ld2410": ("drivers.hlk_ld2410", "DRIVER"),
        "hlk_ld2450": ("drivers.hlk_ld2450", "DRIVER"),
        "r60_5359": ("drivers.r60_5359", "DRIVER"),
        "seeed_mr60": ("drivers.seeed_mr60", "DRIVER"),
        "modbus": ("drivers.modbus", "DRIVER"),
        "gps_watch": ("drivers.gps_watch", "DRIVER"),
        "owntracks": ("drivers.owntracks", "DRIVER"),
        "wearable": ("drivers.wearable", "DRIVER"),
        "zigbee2mqtt": ("drivers.zigbee2mqtt", "DRIVER"),
        "openmqttgateway": ("drivers.openmqttgateway", "DRIVER"),
        "rtl_433": ("drivers.rtl_433", "DRIVER"),
        "tasmota_rf": ("drivers.tasmota_rf", "DRIVER"),
    },
)
"""What `driver` of a `[[device]]` may be."""

SERIAL_DRIVERS: Register[SerialDriver] = Register(
    SerialDriver,
    "anju.serial_drivers",
    {
        "hlk_ld2410": ("drivers.hlk_ld2410", "SERIAL_DRIVER"),
        "hlk_ld2450": ("drivers.hlk_ld2450", "SERIAL_DRIVER"),
        "openmqttgateway": ("drivers.openmqttgateway_serial", "SERIAL_DRIVER"),
        "r60_5359": ("drivers.r60_5359", "SERIAL_DRIVER"),
        "seeed_mr60": ("drivers.seeed_mr60", "SERIAL_DRIVER"),
        "sonoff_rf_bridge": ("drivers.sonoff_rf_bridge", "SERIAL_DRIVER"),
        "wearable": ("drivers.wearable_serial", "SERIAL_DRIVER"),
    },
)
"""What `driver` of a `[[serial]]` may be."""

SERIAL_RECEIVERS: Mapping[str, frozenset[str]] = {
    "openmqttgateway": frozenset({"ble", "ev1527", "openmqttgateway", "rtl_433"}),
    "wearable": frozenset({"wearable"}),
}
"""By driver of a `[[serial]]`: the drivers of devices that it hears beside the broker."""

ALONE_ON_PORT: frozenset[str] = frozenset({"wearable"})
"""Of those, the drivers whose port hears one device only: that which bears the port's name as its address."""

POLLED_DRIVERS: Register[PolledDriver] = Register(
    PolledDriver, "anju.polled_drivers", {"modbus": ("drivers.modbus", "POLLED_DRIVER")}
)
"""What `driver` of a `[[serial]]` may be where the gateway has to ask."""

MQTT_DRIVERS: Register[MqttDriver] = Register(
    MqttDriver,
    "anju.mqtt_drivers",
    {
        "ble": ("drivers.ble", "MQTT_DRIVER"),
        "chirpstack": ("drivers.chirpstack", "MQTT_DRIVER"),
        "owntracks": ("drivers.owntracks", "MQTT_DRIVER"),
        "wearable": ("drivers.wearable", "MQTT_DRIVER"),
        "wearable_event": ("drivers.wearable_event", "MQTT_DRIVER"),
        "zigbee2mqtt": ("drivers.zigbee2mqtt", "MQTT_DRIVER"),
        "openmqttgateway": ("drivers.openmqttgateway", "MQTT_DRIVER"),
        "rtl_433": ("drivers.rtl_433", "MQTT_DRIVER"),
        "tasmota_rf": ("drivers.tasmota_rf", "MQTT_DRIVER"),
    },
)
"""The drivers that listen on the local broker."""

MQTT_RECEIVERS: Mapping[str, tuple[str, ...]] = {
    "ev1527": ("openmqttgateway", "rtl_433", "tasmota_rf"),
    "wearable": ("wearable_event",),
}
"""By driver of a device: the receivers on the local broker that may hear it without being enrolled themselves."""


def mqtt_listeners(names: Collection[str]) -> list[MqttDriver]:
    """What listens on the local broker for devices of these drivers. Receivers are loaded with their first message."""
    own = [MQTT_DRIVERS[name] for name in MQTT_DRIVERS if name in names]
    own += [MQTT_DRIVERS[name] for name in sorted(names) if name not in own_names() and name in MQTT_DRIVERS]
    receivers = {receiver for name in names for receiver in MQTT_RECEIVERS.get(name, ())} - set(names)
    return own + [_on_demand(name) for name in sorted(receivers)]


def _on_demand(name: str) -> MqttDriver:
    def decode(topic: str, payload: bytes, retained: bool, lookup: Lookup) -> Decoded:
        return MQTT_DRIVERS[name].decode(topic, payload, retained, lookup)

    return MqttDriver(name=name, subscriptions=SUBSCRIPTIONS[name], decode=decode)


OUTPUT_DRIVERS: Register[OutputDriver] = Register(
    OutputDriver,
    "anju.output_drivers",
    {
        "gps_watch": ("drivers.gps_watch_output", "OUTPUT_DRIVER"),
        "sonoff_rf_bridge": ("drivers.sonoff_rf_bridge_output", "OUTPUT_DRIVER"),
        "tasmota": ("drivers.tasmota_output", "OUTPUT_DRIVER"),
        "zigbee2mqtt": ("drivers.zigbee2mqtt_output", "OUTPUT_DRIVER"),
    },
)
"""What `driver` of an `[[output]]` may be."""

LISTENER_DRIVERS: Register[ListenerDriver] = Register(
    ListenerDriver, "anju.listener_drivers", {"gps_watch": ("drivers.gps_watch", "LISTENER_DRIVER")}
)
"""What `driver` of a `[[listener]]` may be."""
