"""The contract's sizes, and how a message that would exceed them is made to fit instead of being withheld."""

from typing import TypeVar

import msgspec

from gateway.contract.messages import CloudEvent, Status

ALARM_LIMIT_BYTES = 2_048
OTHER_LIMIT_BYTES = 16_384
TEXT_LIMIT_BYTES = 64
"""What is left of a text (a room code, a device id) in a message that is otherwise too long."""

_Item = TypeVar("_Item")


def fit_event(body: CloudEvent, limit_bytes: int) -> bytes:
    """Encode `body` within `limit_bytes`: first the evidence goes (its count stays), then long texts are cut.

    An alarm without its evidence, from a room whose code is cut, beats no alarm. `body` is changed where it is cut.
    """
    encoded = msgspec.json.encode(body)
    if len(encoded) <= limit_bytes:
        return encoded
    data = body.data
    data.evidence = {"repeat_count": data.evidence["repeat_count"], "shortened": True}
    encoded = msgspec.json.encode(body)
    if len(encoded) <= limit_bytes:
        return encoded
    data.type, data.device, data.model, data.room = map(_cut, (data.type, data.device, data.model, data.room))
    data.store, data.route = _cut_text(data.store), _cut_text(data.route)
    if isinstance(body.subject, str):
        body.subject = _cut_text(body.subject)
    return msgspec.json.encode(body)


def encode_status(status: Status) -> bytes:
    """Encode a status message within the contract's limit; the totals count what is cut here too.

    What is unsupervised or due is cut first. Then devices: the never heard and the longest silent stay, for they are
    the news. Then open alarms are cut from the end of the list. `version` and `problems` are the gateway's own short
    words and are not cut.
    """
    body = msgspec.structs.replace(
        status,
        devices_total=max(status.devices_total, len(status.devices)),
        open_total=max(status.open_total, len(status.open)),
        unsupervised_total=max(status.unsupervised_total, len(status.unsupervised)),
        hand_tests_due_total=max(status.hand_tests_due_total, len(status.hand_tests_due)),
    )
    encoded = msgspec.json.encode(body)
    if len(encoded) <= OTHER_LIMIT_BYTES:
        return encoded
    longest_silent_first = sorted(status.devices.items(), key=lambda item: item[1] or "")
    body.devices, body.open, body.unsupervised, body.hand_tests_due = {}, [], [], []
    body.open = _fitting(status.open, OTHER_LIMIT_BYTES - len(msgspec.json.encode(body)))
    body.devices = dict(_fitting(longest_silent_first, OTHER_LIMIT_BYTES - len(msgspec.json.encode(body))))
    body.hand_tests_due = _fitting(status.hand_tests_due, OTHER_LIMIT_BYTES - len(msgspec.json.encode(body)))
    body.unsupervised = _fitting(status.unsupervised, OTHER_LIMIT_BYTES - len(msgspec.json.encode(body)))
    return msgspec.json.encode(body)


def _fitting(items: list[_Item], room_bytes: int) -> list[_Item]:
    """The longest head of `items` whose JSON fits; a pair counts as the key and value of an object."""
    fitting = []
    for item in items:
        # A pair encodes as ["key","value"]: two brackets more than "key":"value", so a comma is always paid for.
        room_bytes -= len(msgspec.json.encode(item)) + 1
        if room_bytes < 0:
            break
        fitting.append(item)
    return fitting


def _cut(text: str | None) -> str | None:
    return None if text is None else _cut_text(text)


def _cut_text(text: str) -> str:
    """The longest head of `text` that is at most `TEXT_LIMIT_BYTES` long as JSON, its quotes not counted."""
    text = text[:TEXT_LIMIT_BYTES]
    while len(msgspec.json.encode(text)) - 2 > TEXT_LIMIT_BYTES:
        text = text[:-1]
    return text
