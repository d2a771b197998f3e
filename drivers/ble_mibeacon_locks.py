"""What door locks say in MiBeacon objects: who opened from which side and how, a finger that was read, an error.

Object 0x000B (nine bytes): the low half of the first byte is what was done, its high half how; then the key (32 bits)
and a time. Object 0x0006 (five bytes): key, result. 0x0008 and 0x100E (one byte): handle and bolt of DSL-C08.
Sources: the maker's object definitions as the public decoders repeat them (xiaomi-ble 509f516, facts only).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.ble_report import Press

LOCK, FINGERPRINT, ERROR = "lock", "fingerprint", "error"
NOT_PRESSED = frozenset({LOCK, FINGERPRINT, ERROR})
"""Events that nobody's finger on a button makes: they are no call for help."""
LOCK_IDS = frozenset({0x0006, 0x0008, 0x000B, 0x100E})

_HANDLE_MODEL, _THREE_BOLTS_MODEL = "DSL-C08", "ZNMS17LM"

_ACTIONS: Mapping[int, tuple[bool, str, str]] = {
    0: (True, LOCK, "unlock_outside_the_door"),
    1: (False, LOCK, "locked"),
    2: (False, "antilock", "turn_on_antilock"),
    3: (True, "antilock", "release_the_antilock"),
    4: (True, LOCK, "unlock_inside_the_door"),
    5: (False, LOCK, "lock_inside_the_door"),
    6: (False, "childlock", "turn_on_child_lock"),
    7: (True, "childlock", "turn_off_child_lock"),
    8: (False, LOCK, "lock_outside_the_door"),
    15: (True, LOCK, "abnormal"),
}
"""Whether the bolt is open, which bolt, what was done."""
_METHODS: Mapping[int, str] = {
    0: "bluetooth",
    1: "password",
    2: "biometrics",
    3: "key_method",
    4: "turntable_method",
    5: "nfc_method",
    6: "one_time_password",
    7: "two_step_verification",
    8: "coercion_method",
    9: "homekit",
    10: "manual",
    11: "automatic",
    15: "abnormal",
}
_ERRORS: Mapping[int, str] = {
    0xC0DE0000: "frequent_unlocking_with_incorrect_password",
    0xC0DE0001: "frequent_unlocking_with_wrong_fingerprints",
    0xC0DE0002: "operation_timeout_password_input_timeout",
    0xC0DE0003: "lock_picking",
    0xC0DE0004: "reset_button_is_pressed",
    0xC0DE0005: "the_wrong_key_is_frequently_unlocked",
    0xC0DE0006: "foreign_body_in_the_keyhole",
    0xC0DE0007: "the_key_has_not_been_taken_out",
    0xC0DE0008: "error_nfc_frequently_unlocks",
    0xC0DE0009: "timeout_is_not_locked_as_required",
    0xC0DE000A: "failure_to_unlock_frequently_in_multiple_ways",
    0xC0DE000B: "unlocking_the_face_frequently_fails",
    0xC0DE000C: "failure_to_unlock_the_vein_frequently",
    0xC0DE000D: "hijacking_alarm",
    0xC0DE000E: "unlock_inside_the_door_after_arming",
    0xC0DE000F: "palmprints_frequently_fail_to_unlock",
    0xC0DE0010: "the_safe_was_moved",
    0xC0DE1000: "the_battery_level_is_less_than_10_percent",
    0xC0DE1001: "the_battery_level_is_less_than_5_percent",
    0xC0DE1002: "the_fingerprint_sensor_is_abnormal",
    0xC0DE1003: "the_accessory_battery_is_low",
    0xC0DE1004: "mechanical_failure",
    0xC0DE1005: "the_lock_sensor_is_faulty",
}
"""Keys that are no keys."""
_KEYS: Mapping[int, str] = {
    0x00000000: "administrator",
    0xFFFFFFFF: "unknown operator",
    0xDEADBEEF: "invalid operator",
}
_KEY_KINDS = {
    0x8001: "Fingerprint",
    0x8002: "Password",
    0x8003: "Keys",
    0x8004: "NFC",
    0x8005: "Two-step verification",
    0x8006: "Human face",
    0x8007: "Finger veins",
    0x8008: "Palm print",
}
_FINGER_RESULTS = (
    "match_successful",
    "match_failed",
    "timeout",
    "low_quality_too_light_fuzzy",
    "insufficient_area",
    "skin_is_too_dry",
    "skin_is_too_wet",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an object says, by name."""

    sensors: Mapping[str, str] = field(default_factory=dict)
    binary: Mapping[str, bool] = field(default_factory=dict)
    events: Mapping[str, Press] = field(default_factory=dict)


def read_lock(id_: int, value: bytes, model: str) -> Said:
    """What one of the LOCK_IDS says; nothing where it is not understood. Never raises."""
    if id_ == 0x000B and len(value) == 9:
        return _operated(value, model)
    if id_ == 0x0006 and len(value) == 5:
        return _finger(value)
    if id_ == 0x0008 and value:
        return _handle(is_armed=not value[0] & 1, model=model)
    if id_ == 0x100E and len(value) == 1 and model == _HANDLE_MODEL:
        return Said(binary={LOCK: not value[0] & 1, "childlock": bool(value[0] >> 3 ^ 1)})
    return Said()


def _handle(*, is_armed: bool, model: str) -> Said:
    if model != _HANDLE_MODEL:
        return Said(binary={"armed": is_armed})
    return Said(
        sensors={"lock_method": "manual"},
        binary={"armed": is_armed, LOCK: is_armed},
        events={LOCK: Press("lock_outside_the_door")},
    )


def _operated(value: bytes, model: str) -> Said:
    action, method = _ACTIONS.get(value[0] & 0x0F), _METHODS.get(value[0] >> 4)
    if action is None or method is None:
        return Said()
    is_open, bolt, word = action
    key = int.from_bytes(value[1:5], "little")
    error = _ERRORS.get(key)
    return Said(
        sensors={"key_id": error or _key_name(key), "lock_method": method},
        binary={bolt if model == _THREE_BOLTS_MODEL else LOCK: is_open},
        events={LOCK: Press(word)} | ({ERROR: Press(error)} if error else {}),
    )


def _key_name(key: int) -> str:
    if key in _KEYS:
        return _KEYS[key]
    if key <= 0x7FFFFFFF:
        return f"Bluetooth key {key}"
    kind = _KEY_KINDS.get(key >> 16)
    return f"{kind} key id {key & 0xFFFF}" if kind else f"key id {key & 0xFFFF}"


def _finger(value: bytes) -> Said:
    key, result = int.from_bytes(value[:4], "little"), value[4]
    word = _FINGER_RESULTS[result] if result < len(_FINGER_RESULTS) else None
    return Said(
        sensors={"key_id": _KEYS.get(key, str(key))},
        binary={FINGERPRINT: result == 0},
        events={FINGERPRINT: Press(word)} if word else {},
    )
