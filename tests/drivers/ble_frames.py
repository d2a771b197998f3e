"""Messages of Bluetooth gateways for the rules of the whole fleet."""

from hypothesis import strategies as st

from drivers import ble, ble_bthome, ble_mibeacon, openmqttgateway_serial
from tests.drivers.vectors import vectors

SERVICE_DATA: st.SearchStrategy[tuple[str, str, bytes]] = st.sampled_from(
    [
        (vector["ctx"]["address"], uuid, bytes.fromhex(vector["input"]))
        for protocol, uuid in (("ble_bthome_v2", ble_bthome.UUID), ("ble_xiaomi_mibeacon", ble_mibeacon.UUID))
        for vector in vectors(protocol)
    ]
)
MESSAGES: dict[str, st.SearchStrategy[bytes]] = {"ble": SERVICE_DATA.map(lambda heard: ble.encode(*heard))}
SOUND: dict[str, st.SearchStrategy[bytes]] = {
    "openmqttgateway": st.builds(
        openmqttgateway_serial.encode, st.sampled_from(["/BTtoMQTT", "/BTtoMQTT/A4C138058EE9"]), MESSAGES["ble"]
    )
    | st.just(openmqttgateway_serial.encode_heartbeat())
}
TOPICS: dict[str, tuple[str, ...]] = {
    "ble": ("home/gate/BTtoMQTT/A4C138058EE9", "home/gate/BTtoMQTT/A4C138058EEA", "home/gate/BTtoMQTT/unknown", "ble")
}
"""The first is one whose payload is read."""
KEYS = frozenset(
    {"id", "name", "rssi", "servicedata", "servicedatauuid", "manufacturerdata", "uuid", "button", "batt", "packet"}
)
REASONS: dict[str, frozenset[str]] = {
    "ble": frozenset(
        {
            "bad_address", "bad_json", "bad_seal", "bad_topic", "bad_utf8", "bad_version", "incomplete", "no_bind_key",
            "not_object", "not_sealed", "old_seal", "oversize", "too_deep", "unknown_object", "wrong_address",
        }
    )
}  # fmt: skip
