"""LoRaWAN devices for the tests: enrolled devices, what ChirpStack publishes for them, payloads of every model."""

import json
from typing import Any

from hypothesis import strategies as st

from drivers import milesight, milesight_gs524n
from drivers.chirpstack import decode, encode_up
from drivers.device import Device
from drivers.event import Signal
from drivers.milesight_channels import COMMON
from drivers.milesight_models import PROFILES
from tests.drivers.vectors import enrolled, vectors

DEV_EUI = "24e124fffef00001"
HEARD = "2026-11-20T08:00:00.123456789+00:00"
TOPIC = f"application/home/device/{DEV_EUI}/event/"
# What the maker's radar table and decoder agree on and what they do not: each first byte of a record comes up.
HEADS = sorted({head for profile in PROFILES.values() for head in profile.channels} | set(COMMON))

MESSAGES: dict[str, st.SearchStrategy[bytes]] = {
    "chirpstack": st.sampled_from([json.dumps(vector["input"]).encode() for vector in vectors("chirpstack_v4_mqtt")])
    | st.binary(min_size=1, max_size=60).map(lambda data: encode_up(DEV_EUI, data, time=HEARD)[1])
}
TOPICS: dict[str, tuple[str, ...]] = {
    "chirpstack": tuple(f"{TOPIC}{kind}" for kind in ("up", "status", "join", "log", "location", "txack"))
}
REASONS: dict[str, frozenset[str]] = {
    "chirpstack": frozenset(
        {
            "bad_checksum",
            "bad_data",
            "bad_json",
            "bad_length",
            "bad_topic",
            "bad_utf8",
            "incomplete",
            "network_refused",
            "not_object",
            "oversize",
            "too_deep",
            "unknown_channel",
        }
    )
}

models = st.sampled_from(sorted(PROFILES))
payloads = (
    st.lists(
        st.tuples(st.sampled_from(HEADS), st.binary(max_size=14)).map(lambda record: bytes(record[0]) + record[1]),
        max_size=6,
    ).map(b"".join)
    | st.binary(max_size=40)
    | st.builds(milesight_gs524n.encode, st.integers(0, 15), battery=st.integers(0, 255))
)


def device(model: str, dev_eui: str = DEV_EUI) -> Device:
    return Device(id="d", driver="chirpstack", address=dev_eui, model=model, room="hall")


def said(model: str, payload: str | bytes, **how: Any) -> tuple[Signal, ...]:
    data = payload if isinstance(payload, bytes) else bytes.fromhex(payload)
    topic, message = encode_up(DEV_EUI, data, **{"time": HEARD, **how})
    decoded = decode(topic, message, False, enrolled(device(model)))
    assert isinstance(decoded, tuple)
    return decoded


def told(model: str, payload: str | bytes, **how: Any) -> list[tuple[str, str | None]]:
    return [(signal.kind.value, signal.type) for signal in said(model, payload, **how)]


def fields(model: str, payload: str) -> dict[str, Any]:
    return milesight.decode(bytes.fromhex(payload), PROFILES[model].channels).fields
